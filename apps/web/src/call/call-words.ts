import type { CallState } from '@parley/client';

/** The state of a call in words, for eyes and ears alike. */
export function wordsOf(state: CallState, muted: boolean): string {
  switch (state.name) {
    case 'idle':
      return '';
    case 'connecting':
      return state.error === undefined ? 'Connecting…' : 'Trying again…';
    case 'listening':
      return muted ? 'Muted' : 'Listening';
    case 'speaking':
      return 'Speaking';
    case 'resuming':
      return 'One moment…';
    case 'moving':
      return 'Moving the call…';
    case 'reconnecting':
      return state.isOffline ? 'You are offline' : 'Reconnecting…';
    case 'ended':
      return endWords[state.reason];
    case 'failed':
      return state.error.message;
  }
}

/** What a person should know beside that, while they wait. */
export function detailOf(state: CallState): string | undefined {
  switch (state.name) {
    case 'connecting':
      return state.error?.message;
    case 'resuming':
      return 'The assistant’s voice broke off and is coming back.';
    case 'moving':
      return 'It goes on by itself. What you say now is kept.';
    case 'reconnecting':
      return state.isOffline
        ? 'The call goes on if you are back within half a minute.'
        : 'What you say now is kept and sent when the line is back.';
    default:
      return undefined;
  }
}

/** Of what the person said, so much did not get through. */
export const lossOf = (ms: number): string =>
  `${(ms / 1_000).toFixed(1)} s of what you said did not get through. Say it again if there is no answer.`;

/** Of a call whose person does not want it written down, or was not asked yet where that counts. */
export const notKeptWords = 'What is said is not written down.';

const endWords: Record<Extract<CallState, { name: 'ended' }>['reason'], string> = {
  hangup: 'Call ended',
  disconnected: 'The call ended because the connection was lost.',
  removed: 'The call ended because the conversation was deleted, or you are no longer in it.',
  model_failed: 'The call ended because the model stopped answering.',
  limit: 'The call ended because it reached its time limit.',
  idle: 'The call ended because nobody spoke for a while.',
  restarting: 'The call ended because the service restarted.',
  replaced: 'The call goes on in another window or on another device.',
};

/** 83,000 ms as 1:23. */
export function durationOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
