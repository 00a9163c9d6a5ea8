import type { ConversationView } from '../chat/conversation';
import type { Item } from '../chat/items';
import { el, setText } from './dom';
import { richText } from './rich-text';

/** Nearer than this to the end counts as reading the end. */
const NEAR_PX = 120;

/** The messages. It is no live region: an answer that is being written would be read again at every word. */
export class Thread {
  private readonly list = el('ul', { class: 'items' });
  private readonly welcome = el('li', { class: 'item', 'data-who': 'assistant', 'data-testid': 'welcome' });
  private readonly waiting = el('div', { class: 'waiting', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'));
  readonly element = el(
    'div',
    { class: 'thread', role: 'region', tabindex: '0', 'aria-label': 'Messages' },
    this.list,
    this.waiting,
  );
  private readonly shown = new Map<string, { element: HTMLLIElement; text: string; state: Item['state'] }>();

  constructor() {
    this.list.append(this.welcome);
  }

  show({ items, answer }: Pick<ConversationView, 'items' | 'answer'>, welcome: string, assistant: string): void {
    const { element } = this;
    const follows = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    this.welcome.hidden = welcome === '';
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
  }

  private itemOf({ key, who, name, text, state }: Item, assistant: string): HTMLLIElement {
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
    body.append(...(who === 'assistant' ? richText(text) : [el('p', {}, text)]));
    if (state === 'failed') body.append(el('p', {}, 'Not sent'));
    element.replaceChildren(by, body);
    this.shown.set(key, { element, text, state });
    return element;
  }
}
