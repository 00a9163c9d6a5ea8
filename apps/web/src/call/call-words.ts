import type { CallState } from '@parley/client';

/** The state of a call in words, for eyes and ears alike. */
export function wordsOf(state: CallState, muted: boolean): string {
  switch (state.name) {
    case 'idle':
      return '';
    case 'connecting':
      return 'Connecting…';
    case 'listening':
      return muted ? 'Muted' : 'Listening';
    case 'speaking':
      return 'Speaking';
    case 'reconnecting':
      return 'Reconnecting…';
    case 'ended':
      return endWords[state.reason];
    case 'failed':
      return state.error.message;
  }
}

const endWords: Record<Extract<CallState, { name: 'ended' }>['reason'], string> = {
  hangup: 'Call ended',
  disconnected: 'The call ended because the connection was lost.',
  model_failed: 'The call ended because the model stopped answering.',
  limit: 'The call ended because it reached its time limit.',
  idle: 'The call ended because nobody spoke for a while.',
  restarting: 'The call ended because the service restarted.',
  replaced: 'The call goes on in another window.',
};

/** 83,000 ms as 1:23. */
export function durationOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
