import type { CallView } from '../chat/call';
import type { Consent } from '../chat/consent';
import type { ConversationView } from '../chat/conversation';
import { Composer, type ComposerActs } from './composer';
import { el, icon, ICONS, setText } from './dom';
import { Thread, type ThreadActs } from './thread';
import { statusOf, wordsOfError } from './words';

export interface PanelActs extends ComposerActs, ThreadActs {
  close(): void;
  retry(): void;
  consent(transcripts: boolean): void;
}

export interface PanelView {
  heading: string;
  welcome: string;
  chat: ConversationView;
  call: CallView;
  /** Whether a call may be begun. */
  hasVoice: boolean;
  /** Whether the visitor is to say something about writing down what is said; see `Consent`. */
  consent: Consent['question'];
  isSimulated: boolean;
  isOnline: boolean;
}

const KEPT = 'What is said is written down in this chat. No sound is kept.';
const CONSENT =
  'What is said in a call is written down in this chat, so that you can read it. The sound is never kept.';
/** Who answers, for those who do not see it by the place. */
const ASSISTANT = 'Assistant';

/** The open widget: a dialog that keeps the focus until it is closed. */
export class Panel {
  private readonly heading = el('h2', { id: 'heading' });
  private readonly status = el('p', { class: 'status', role: 'status', 'data-testid': 'status' });
  private readonly simulated = el(
    'span',
    {
      class: 'simulated',
      'data-testid': 'simulated-badge',
      title: 'No AI model is connected: answers come from a simulator.',
    },
    'Simulated answers',
  );
  private readonly thread: Thread;
  /** What a screen reader is told: each answer once, when it is whole. */
  private readonly spoken = el('div', { class: 'unseen', 'aria-live': 'polite', 'data-testid': 'spoken' });
  private readonly people = el(
    'div',
    { class: 'notice quiet', 'data-testid': 'people' },
    el('p', {}, 'People were called. They read what was said here and answer in this chat.'),
  );
  private readonly recordedText = el('p');
  private readonly recorded = el('div', { class: 'notice quiet', 'data-testid': 'recorded' }, this.recordedText);
  private readonly consentText = el('p');
  private readonly consent: HTMLElement;
  private readonly errorText = el('p');
  private readonly error: HTMLElement;
  private readonly composer: Composer;
  readonly element: HTMLElement;
  private told = '';
  private count = 0;

  constructor(private readonly acts: PanelActs) {
    const close = { class: 'round plain', type: 'button', 'aria-label': 'Close the chat', click: () => acts.close() };
    this.error = el(
      'div',
      { class: 'notice', role: 'alert', 'data-testid': 'error' },
      this.errorText,
      el('button', { type: 'button', click: () => this.retry() }, 'Try again'),
    );
    const choice = (label: string, transcripts: boolean) => {
      const click = () => {
        acts.consent(transcripts);
        // The button goes with the question.
        this.focus();
      };
      return el('button', { type: 'button', click }, label);
    };
    this.consent = el(
      'div',
      { class: 'notice quiet', role: 'group', 'aria-label': 'What is kept of calls', 'data-testid': 'consent' },
      this.consentText,
      choice('Write it down', true),
      choice('Do not', false),
    );
    this.thread = new Thread(acts);
    this.composer = new Composer(acts);
    this.element = el(
      'section',
      { class: 'panel', id: 'panel', role: 'dialog', 'aria-labelledby': 'heading' },
      el(
        'div',
        { class: 'head' },
        el('div', { class: 'titles' }, this.heading, this.status),
        this.simulated,
        el('button', close, icon(ICONS.close)),
      ),
      this.thread.element,
      this.spoken,
      this.people,
      this.consent,
      this.recorded,
      this.error,
      this.composer.element,
    );
    this.element.addEventListener('keydown', (event) => this.keyOnDown(event));
  }

  focus(): void {
    this.composer.field.focus();
  }

  show({ heading, welcome, chat, call, hasVoice, consent, isSimulated, isOnline }: PanelView): void {
    setText(this.heading, heading);
    const { text, tone } = statusOf(chat, call, isOnline);
    setText(this.status, text);
    this.status.dataset['tone'] = tone;
    this.simulated.hidden = !isSimulated;
    this.thread.show(chat, welcome, ASSISTANT);
    this.people.hidden = !chat.withPeople;
    this.consent.hidden = consent === 'none' || !hasVoice || call.isOn;
    setText(this.consentText, CONSENT + (consent === 'needed' ? ' Not before you agree.' : ''));
    this.recorded.hidden = !call.isOn || call.isKept === undefined;
    setText(this.recordedText, call.isKept === false ? 'What is said is not written down.' : KEPT);
    const failure = chat.error ?? (call.state?.name === 'failed' ? call.state.error : undefined);
    this.error.hidden = failure === undefined;
    // Empty while there is nothing wrong, so that the same fault is said again when it is there again.
    setText(this.errorText, failure === undefined ? '' : wordsOfError(failure));
    this.composer.show({ isBusy: chat.answer !== 'idle', voice: call.isOn ? 'on' : hasVoice ? 'idle' : 'none' });
    this.tell(chat);
  }

  private tell({ items, answer }: ConversationView): void {
    const last = items.findLast(({ blocked }) => blocked === undefined);
    // What comes into an empty list is what was said before: it is there to be read, not to be announced.
    const isNews = this.count > 0;
    this.count = items.length;
    if (last === undefined || last.who === 'me' || last.state !== 'final' || answer !== 'idle') return;
    if (last.key === this.told) return;
    this.told = last.key;
    if (isNews) setText(this.spoken, `${last.name ?? ASSISTANT}: ${last.text}`);
  }

  private retry(): void {
    this.acts.retry();
    // The button goes with the error.
    this.focus();
  }

  private keyOnDown(event: KeyboardEvent): void {
    // The page may have keys of its own; what is typed here is not for them.
    event.stopPropagation();
    if (event.key === 'Escape') return this.acts.close();
    if (event.key !== 'Tab') return;
    const all = [...this.element.querySelectorAll<HTMLElement>('button, textarea, a[href], [tabindex="0"]')].filter(
      (one) => one.offsetParent !== null,
    );
    const active = (this.element.getRootNode() as ShadowRoot).activeElement;
    const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
    if (active !== from) return;
    event.preventDefault();
    to?.focus();
  }
}
