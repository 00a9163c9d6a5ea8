import type { CallEndReason, CallUsage } from '@parley/protocol';
import type { ClientError } from '../core/client-error';
import type { Remedy } from '../socket/close-verdict';

/** A call as a person sees it. `listening` and `speaking` are the live ones. */
export type CallState =
  | { name: 'idle' }
  /** `error`: why the tries before this one (`attempt`, from 1) came to nothing. */
  | { name: 'connecting'; attempt: number; error?: ClientError }
  | { name: 'listening' | 'speaking'; callId: string; conversationId: string }
  /** The model behind the call is being found again; the line is up, and what is said now is heard later. */
  | { name: 'resuming'; attempt: number; reason: string }
  /** The service hands the call over to another of its machines. */
  | { name: 'moving'; attempt: number }
  /** The line is lost and being looked for, for 30 s; what is said meanwhile is kept (10 s) and sent then. */
  | { name: 'reconnecting'; attempt: number; isOffline: boolean; error: ClientError }
  | { name: 'ended'; reason: CallEndReason; durationMs?: number; usage?: CallUsage }
  | { name: 'failed'; error: ClientError; remedy: Remedy };

export const isLive = (state: CallState): state is Extract<CallState, { callId: string }> =>
  state.name === 'listening' || state.name === 'speaking';

/** Not begun, or over. */
export const isOver = (state: CallState): boolean =>
  state.name === 'idle' || state.name === 'ended' || state.name === 'failed';
