import { isLive, isOver, VoiceCall, type CallState, type TokenProvider, type VoiceCallOptions } from '@parley/client';

export interface CallView {
  /** `undefined`: there was none yet. */
  state?: CallState;
  isOn: boolean;
  /** Whether what is said is written down; not known before the call listens. */
  isKept?: boolean;
}

/** The visitor's calls, one at a time. */
export class Calls {
  private call?: VoiceCall;
  private kept?: boolean;

  constructor(private readonly heard: (call: VoiceCall, speaker: TokenProvider) => void) {}

  get view(): CallView {
    const state = this.call?.state.get();
    if (state === undefined) return { isOn: false };
    return { state, isOn: !isOver(state), ...(this.kept === undefined ? {} : { isKept: this.kept }) };
  }

  /** Call it in the handler of a click or key. What comes of it is the view's state. */
  start(options: VoiceCallOptions): void {
    const call = new VoiceCall(options);
    this.call = call;
    this.kept = undefined;
    call.client.on('callReady', ({ kept }) => void (this.kept = kept ?? true));
    for (const source of [call.state, call.transcript]) source.subscribe(() => this.heard(call, options.tokenSource));
    call.start().catch(() => undefined);
  }

  /** Also at the end of the page's wish for a widget: nothing may go on listening. */
  hangUp(): void {
    if (this.view.isOn) void this.call?.hangUp();
  }

  /** Of somebody who is not here any more: it ends, and nothing of it is shown. */
  drop(): void {
    this.hangUp();
    this.call = this.kept = undefined;
  }
}

/** A call in a few words for the status line; undefined when nothing is to be said of it. */
export function wordsOfCall(state: CallState | undefined): string | undefined {
  if (state === undefined) return undefined;
  if (isLive(state)) return state.name === 'speaking' ? 'Speaking' : 'Listening';
  if (state.name === 'connecting') return 'Calling…';
  if (state.name === 'reconnecting') return 'Line lost; what you say is kept';
  return state.name === 'resuming' || state.name === 'moving' ? 'One moment…' : undefined;
}
