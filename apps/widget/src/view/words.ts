import type { ClientError } from '@parley/client';
import { wordsOfCall, type CallView } from '../chat/call';
import type { ConversationView } from '../chat/conversation';

export interface Status {
  text: string;
  tone: 'good' | 'quiet' | 'bad';
}

/** The status line: the most important thing there is to say, and only that. */
export function statusOf(view: ConversationView, call: CallView, isOnline: boolean): Status {
  if (view.error?.code === 'origin_not_allowed') return { text: 'Not available here', tone: 'bad' };
  if (!isOnline) return { text: 'You are offline', tone: 'bad' };
  const calling = wordsOfCall(call.state);
  if (calling !== undefined) return { text: calling, tone: 'good' };
  if (view.answer !== 'idle') return { text: 'Writing an answer…', tone: 'good' };
  if (view.line === 'reconnecting') return { text: 'Reconnecting…', tone: 'bad' };
  if (view.line === 'connecting') return { text: 'Connecting…', tone: 'quiet' };
  return view.error?.kind === 'unavailable' ? { text: 'Not reachable', tone: 'bad' } : { text: 'Online', tone: 'good' };
}

/** An error in words for the visitor. */
export const wordsOfError = (error: ClientError): string =>
  error.code === 'origin_not_allowed'
    ? `This chat is not set up for ${location.origin}. The operator of this site has to have the address allowed.`
    : error.message;
