import type { ConversationView } from '../chat/conversation';
import type { Item } from '../chat/items';
import { el, setText } from './dom';
import { richText } from './rich-text';

/** Nearer than this to the end counts as reading the end. */
const NEAR_PX = 120;

export interface ThreadActs {
  /** Shows a page of what was said before. */
  earlier(): void;
  /** Shows what somebody said whom the visitor blocks. */
  reveal(seq: number): void;
}

/** The messages. It is no live region: an answer that is being written would be read again at every word. */
export class Thread {
  private readonly list = el('ul', { class: 'items' });
  private readonly welcome = el('li', { class: 'item', 'data-who': 'assistant', 'data-testid': 'welcome' });
  private readonly waiting = el('div', { class: 'waiting', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'));
  private readonly earlier: HTMLButtonElement;
  readonly element: HTMLElement;
  private readonly shown = new Map<string, { element: HTMLLIElement; text: string; state: Item['state'] }>();
  private first: string | undefined;

  constructor(private readonly acts: ThreadActs) {
    this.earlier = el(
      'button',
      { class: 'link', type: 'button', click: () => acts.earlier() },
      'Show earlier messages',
    );
    this.list.append(this.welcome);
    const wish = { class: 'thread', role: 'region', tabindex: '0', 'aria-label': 'Messages' };
    this.element = el('div', wish, this.earlier, this.list, this.waiting);
  }

  show(
    { items, hasEarlier, answer }: Pick<ConversationView, 'items' | 'hasEarlier' | 'answer'>,
    welcome: string,
    assistant: string,
  ): void {
    const { element, earlier } = this;
    const fromEnd = element.scrollHeight - element.scrollTop;
    const isLonger = this.first !== undefined && items.findIndex(({ key }) => key === this.first) > 0;
    this.first = items[0]?.key;
    const follows = !isLonger && fromEnd - element.clientHeight < NEAR_PX;
    if (!hasEarlier && this.isFocused(earlier)) element.focus();
    earlier.hidden = !hasEarlier;
    this.welcome.hidden = welcome === '' || hasEarlier;
    setText(this.welcome, welcome);
    this.waiting.hidden = answer !== 'waiting';
    const keys = new Set(items.map(({ key }) => key));
    for (const [key, { element: old }] of this.shown) {
      if (keys.has(key)) continue;
      old.remove();
      this.shown.delete(key);
    }
    let before: Element = this.welcome;
    for (const item of items) {
      const one = this.itemOf(item, assistant);
      // Only what is not in its place is moved: a moved element loses its selection.
      if (before.nextElementSibling !== one) before.after(one);
      before = one;
    }
    if (follows) element.scrollTop = element.scrollHeight;
    // What was looked at stays where it was.
    if (isLonger) element.scrollTop = element.scrollHeight - fromEnd;
  }

  private itemOf({ key, who, name, text, state, blocked }: Item, assistant: string): HTMLLIElement {
    const known = this.shown.get(key);
    if (known?.text === text && known.state === state) return known.element;
    const element = known?.element ?? el('li', { class: 'item', 'data-testid': 'message' });
    element.dataset['who'] = who;
    element.dataset['state'] = state;
    const by =
      who === 'person'
        ? el('span', { class: 'name' }, name ?? '')
        : el('span', { class: 'unseen' }, `${who === 'me' ? 'You' : assistant}: `);
    const body = el('div', { class: 'text' });
    if (blocked === undefined || text !== '')
      body.append(...(who === 'assistant' ? richText(text) : [el('p', {}, text)]));
    else body.append(el('button', { class: 'link', type: 'button', click: () => this.acts.reveal(blocked) }, 'Show'));
    if (state === 'failed') body.append(el('p', {}, 'Not sent'));
    const wasFocused = [...element.querySelectorAll('button')].some((button) => this.isFocused(button));
    element.replaceChildren(by, body);
    // The button is gone: what it showed is read on.
    if (wasFocused) {
      element.tabIndex = -1;
      element.focus();
    }
    this.shown.set(key, { element, text, state });
    return element;
  }

  private isFocused(button: Element): boolean {
    return (this.element.getRootNode() as ShadowRoot).activeElement === button;
  }
}
