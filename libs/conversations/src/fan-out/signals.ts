import type { Entry } from '@parley/protocol';

/** Where the news of a conversation is told to all processes in which it is open. */
export const topicOf = (conversationId: string): string => `room ${conversationId}`;

/**
 * News of a conversation. `entry`: a place of the log, as the text frame that members get. `passing`: a frame that is told
 * once and kept nowhere, to all but the connection it comes from. `members`: somebody came or went, look.
 */
export type Signal =
  | { kind: 'entry'; seq: number; frame: string }
  | { kind: 'passing'; except: string; frame: string }
  | { kind: 'members' };

const KINDS = { e: 'entry', p: 'passing', m: 'members' } as const;

/** The frame stays text on its way: no process takes it apart to hand it on. */
export function writeSignal(signal: Signal): string {
  switch (signal.kind) {
    case 'entry':
      return `e${signal.seq} ${signal.frame}`;
    case 'passing':
      return `p${signal.except} ${signal.frame}`;
    case 'members':
      return 'm';
  }
}

/** `undefined` for what a newer process says and this one does not know. */
export function readSignal(payload: string): Signal | undefined {
  const kind = KINDS[payload[0] as keyof typeof KINDS];
  if (kind === 'members') return { kind };
  const space = payload.indexOf(' ');
  if (kind === undefined || space < 0) return undefined;
  const [head, frame] = [payload.slice(1, space), payload.slice(space + 1)];
  return kind === 'entry' ? { kind, seq: Number(head), frame } : { kind, except: head, frame };
}

/** The frame that tells an entry to members. */
export function entryFrame(entry: Entry): string {
  const { conversationId } = entry;
  return entry.type === 'message'
    ? eventFrame('message', { conversationId, message: entry })
    : eventFrame('entry', { conversationId, entry });
}

export const eventFrame = (event: string, data: object): string => JSON.stringify({ event, data });
