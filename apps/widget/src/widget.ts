import type { WebConfig } from '@parley/protocol';
import { Calls } from './chat/call';
import { Consent } from './chat/consent';
import { Conversation } from './chat/conversation';
import { el, icon, ICONS } from './view/dom';
import { Panel } from './view/panel';
import { widgetSheet } from './view/styles';
import { Memory } from './visit/memory';
import { Visitor, type GetToken } from './visit/visitor';
import type { PageContext } from './widget-element';

/** The element, as far as the widget in it looks. */
export interface Host extends HTMLElement {
  readonly getToken: GetToken | undefined;
  readonly context: PageContext | undefined;
}

/** What is behind one `<parley-widget>`: the conversation, the calls, and how they are shown. */
export class Widget {
  private readonly base: string;
  private readonly assistant: string;
  private readonly visitor: Visitor;
  private readonly conversation: Conversation;
  private readonly calls: Calls;
  private readonly consent: Consent;
  private readonly news = el('span', { class: 'news', hidden: '' });
  private readonly launcher = el(
    'button',
    { class: 'round launcher', type: 'button', 'aria-haspopup': 'dialog', click: () => this.open() },
    icon(ICONS.chat),
    this.news,
  );
  private readonly panel = new Panel({
    close: () => this.close(),
    send: (text) => void this.conversation.ask(text),
    stop: () => void this.conversation.stop(),
    retry: () => void this.conversation.retry(),
    call: () => this.callOrHangUp(),
    consent: (transcripts) => void this.consent.say(transcripts),
    earlier: () => void this.conversation.earlier(),
    reveal: (seq) => void this.conversation.reveal(seq),
  });
  private readonly networkChanged = () => this.render();
  private isSimulated = false;
  private isAwaited = false;
  /** Nothing is asked of Parley before somebody opens the widget. */
  private hasOpened = false;
  private seen = 0;

  constructor(
    private readonly host: Host,
    home: string,
  ) {
    this.base = new URL(host.getAttribute('server') ?? '', home).href;
    this.assistant = host.getAttribute('assistant') ?? 'storefront-helper';
    this.visitor = new Visitor(this.base, () => host.getToken);
    this.conversation = new Conversation({
      baseUrl: this.base,
      visitor: this.visitor,
      memory: new Memory(`parley.widget:${this.base}:${this.assistant}`),
      question: () => ({ assistant: this.assistant, ...this.currentContext() }),
      changed: () => this.render(),
      speakerChanged: () => this.calls.drop(),
    });
    this.calls = new Calls((call, speaker) =>
      this.conversation.heard(call.transcript.get(), call.conversationId, speaker),
    );
    this.consent = new Consent(this.base, (failure) =>
      failure === undefined ? this.render() : this.conversation.failed(failure),
    );
    this.panel.element.hidden = true;
    const root = host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [widgetSheet()];
    root.append(this.launcher, this.panel.element);
  }

  get isOpen(): boolean {
    return !this.panel.element.hidden;
  }

  /** The element is in a page. */
  begin(): void {
    for (const event of ['online', 'offline']) addEventListener(event, this.networkChanged);
    this.show();
  }

  /** The element was taken out: nothing listens any more. */
  end(): void {
    for (const event of ['online', 'offline']) removeEventListener(event, this.networkChanged);
    this.calls.hangUp();
    this.conversation.close();
    this.setOpen(false);
    this.hasOpened = false;
  }

  open(): void {
    if (this.isOpen) return;
    this.setOpen(true);
    this.show();
    this.panel.focus();
    if (this.hasOpened) return;
    this.hasOpened = true;
    void this.conversation.open();
    void this.askWhoAnswers();
  }

  close(): void {
    if (!this.isOpen) return;
    this.setOpen(false);
    this.launcher.focus();
  }

  visitorChanged(): void {
    if (this.hasOpened) void this.conversation.visitorChanged();
  }

  /** Shows what there is, at most once a frame, however much comes. */
  render(): void {
    if (this.isAwaited || !this.host.isConnected) return;
    this.isAwaited = true;
    requestAnimationFrame(() => {
      this.isAwaited = false;
      this.show();
    });
  }

  private show(): void {
    const { host } = this;
    const chat = this.conversation.view;
    const answers = chat.items.filter(
      ({ who, state, blocked }) => who !== 'me' && state === 'final' && blocked === undefined,
    ).length;
    // One that was deleted elsewhere is not to hide the next one that is new.
    this.seen = this.isOpen ? answers : Math.min(this.seen, answers);
    this.news.hidden = answers === this.seen;
    this.launcher.setAttribute('aria-label', this.news.hidden ? 'Open the chat' : 'Open the chat: new messages');
    if (!this.isOpen) return;
    const { source } = this.conversation.voice;
    if (this.hasVoice && source !== undefined) void this.consent.load(source);
    this.panel.show({
      heading: host.getAttribute('heading') ?? 'Chat with us',
      welcome: host.getAttribute('welcome') ?? 'Hello! Ask about our products, delivery or returns.',
      chat,
      call: this.calls.view,
      hasVoice: this.hasVoice,
      consent: this.consent.question,
      isSimulated: this.isSimulated,
      isOnline: navigator.onLine,
    });
  }

  private setOpen(isOpen: boolean): void {
    this.panel.element.hidden = !isOpen;
    this.launcher.hidden = isOpen;
    this.launcher.setAttribute('aria-expanded', String(isOpen));
    this.host.toggleAttribute('data-open', isOpen);
    this.render();
  }

  /** A deployment lets guests speak only where it is told to: the page's owner knows. */
  private get hasVoice(): boolean {
    const voice = this.host.getAttribute('voice');
    const isAllowed = voice !== 'off' && (voice === 'guests' || this.visitor.isSignedIn);
    return isAllowed && navigator.mediaDevices !== undefined && this.conversation.voice.source !== undefined;
  }

  private callOrHangUp(): void {
    if (this.calls.view.isOn) return this.calls.hangUp();
    const { source: tokenSource, conversationId } = this.conversation.voice;
    if (tokenSource === undefined) return;
    this.calls.start({
      tokenSource,
      baseUrl: this.base,
      assistant: this.assistant,
      ...(conversationId === undefined ? {} : { conversationId }),
      audio: { workletUrl: new URL('widget-audio.js', this.base).href },
    });
  }

  private currentContext(): { context?: Record<string, unknown> } {
    const { context: given } = this.host;
    const context = typeof given === 'function' ? given() : given;
    return context === undefined ? {} : { context };
  }

  /** Nobody should take a simulator's answer for a model's. */
  private async askWhoAnswers(): Promise<void> {
    try {
      const response = await fetch(new URL('config.json', this.base), { credentials: 'omit' });
      const config = (await response.json()) as Partial<WebConfig>;
      this.isSimulated = config.simulated?.models === true;
      this.render();
    } catch {
      // Not reachable: the conversation says so.
    }
  }
}
