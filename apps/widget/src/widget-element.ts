import type { GetToken } from './visit/visitor';
import { Widget } from './widget';

/** What the page shows, as the assistant's `contextSchema` says; a function is asked at each question. */
export type PageContext = Record<string, unknown> | (() => Record<string, unknown> | undefined);

/** Registers `<parley-widget>`; `home` is where Parley is for those that name no `server`. */
export function defineWidget(home: string): void {
  /**
   * The chat of a shop: a round button, and behind it a conversation with an assistant. Attributes and properties are in
   * the README; `server` and `assistant` count when the element comes into the page.
   */
  class ParleyWidget extends HTMLElement {
    static readonly observedAttributes = ['heading', 'welcome', 'voice'];
    context: PageContext | undefined;
    private ofPage: GetToken | undefined;
    private widget: Widget | undefined;

    /** The page's own sign-in. Set it again when somebody has signed in or out, or call `visitorChanged()`. */
    get getToken(): GetToken | undefined {
      return this.ofPage;
    }
    set getToken(getToken: GetToken | undefined) {
      this.ofPage = getToken;
      this.visitorChanged();
    }

    /** Somebody has signed in or out on the page. */
    visitorChanged(): void {
      this.widget?.visitorChanged();
    }

    open(): void {
      this.widget?.open();
    }

    close(): void {
      this.widget?.close();
    }

    connectedCallback(): void {
      // Set by the page before this script had come: a property of its own would hide the class's.
      for (const name of ['context', 'getToken'] as const) {
        if (!Object.hasOwn(this, name) || this.widget !== undefined) continue;
        const value = this[name];
        Reflect.deleteProperty(this, name);
        Object.assign(this, { [name]: value });
      }
      this.widget ??= new Widget(this, home);
      this.widget.begin();
    }

    disconnectedCallback(): void {
      this.widget?.end();
    }

    attributeChangedCallback(): void {
      this.widget?.render();
    }
  }
  if (customElements.get('parley-widget') === undefined) customElements.define('parley-widget', ParleyWidget);
}
