import { LIMITS } from '@parley/protocol';
import { el, icon, ICONS } from './dom';

export interface ComposerActs {
  send(text: string): void;
  stop(): void;
  /** Begins a call, in the handler of the click as browsers want it, or hangs up. */
  call(): void;
}

/** Where the visitor writes. Enter sends, Shift+Enter is a new line. */
export class Composer {
  private readonly sendButton = el(
    'button',
    { class: 'round', type: 'submit', 'aria-label': 'Send' },
    icon(ICONS.send),
  );
  private readonly stopButton;
  private readonly callButton;
  readonly field = el('textarea', {
    rows: '1',
    'aria-label': 'Your message',
    placeholder: 'Write a message',
    maxlength: String(LIMITS.messageCharacters),
    enterkeyhint: 'send',
  });
  readonly element: HTMLFormElement;
  private isBusy = false;

  constructor(private readonly acts: ComposerActs) {
    const stop = { class: 'round', type: 'button', 'aria-label': 'Stop the answer', click: () => acts.stop() };
    this.stopButton = el('button', stop, icon(ICONS.stop));
    this.callButton = el('button', { class: 'round plain', type: 'button', click: () => acts.call() });
    this.element = el('form', {}, this.callButton, this.field, this.sendButton, this.stopButton);
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send();
    });
    this.field.addEventListener('keydown', (event) => {
      // A word that is being composed (Japanese, Chinese) is confirmed by Enter too.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
  }

  show({ isBusy, voice }: { isBusy: boolean; voice: 'none' | 'idle' | 'on' }): void {
    this.isBusy = isBusy;
    const hadFocus = this.element.contains((this.element.getRootNode() as ShadowRoot).activeElement);
    this.sendButton.hidden = isBusy;
    this.stopButton.hidden = !isBusy;
    this.callButton.hidden = voice === 'none';
    const label = voice === 'on' ? 'Hang up' : 'Talk';
    if (this.callButton.getAttribute('aria-label') !== label) {
      this.callButton.setAttribute('aria-label', label);
      this.callButton.replaceChildren(icon(voice === 'on' ? ICONS.hangUp : ICONS.call));
    }
    // The button that had it is gone: whoever works by keys stays where he was.
    const active = (this.element.getRootNode() as ShadowRoot).activeElement;
    if (hadFocus && (active === null || (active as HTMLElement).hidden)) this.field.focus();
  }

  private send(): void {
    const text = this.field.value.trim();
    if (text === '' || this.isBusy) return;
    this.field.value = '';
    this.acts.send(text);
  }
}
