import type { CallEndReason, CallUsage } from '@parley/protocol';
import type { ClientError } from '../core/client-error';
import type { Remedy } from '../socket/close-verdict';

/** A call as a person sees it. `listening` and `speaking` are the live ones. */
export type CallState =
  | { name: 'idle' }
  | { name: 'connecting' }
  | { name: 'listening' | 'speaking'; callId: string; conversationId: string }
  /** The call is still there; the way to it, or the model behind it, is being found again. */
  | { name: 'reconnecting'; attempt: number }
  | { name: 'ended'; reason: CallEndReason; durationMs?: number; usage?: CallUsage }
  | { name: 'failed'; error: ClientError; remedy: Remedy };

export const isLive = (state: CallState): state is Extract<CallState, { callId: string }> =>
  state.name === 'listening' || state.name === 'speaking';

/** Not begun, or over. */
export const isOver = (state: CallState): boolean =>
  state.name === 'idle' || state.name === 'ended' || state.name === 'failed';
