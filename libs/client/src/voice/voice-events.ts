import type { VoiceServerEvents } from '@parley/protocol';
import type { ClientError } from '../core/client-error';

/** What a VoiceClient tells: the server's own events by their names, and what it makes of them. */
export type VoiceEvents = Omit<VoiceServerEvents, 'error'> & {
  /** Speech to play, PCM16 at 24 kHz; what came too late for a barge-in is left out. */
  speech: Int16Array<ArrayBuffer>;
  /** The person spoke over the answer: stop playing at once. */
  interrupted: object;
  /** An error event that does not end the call. */
  warning: ClientError;
  /** The line was too slow, and this much of what the person said was not sent. */
  audioDropped: { droppedMs: number };
  /** How long a word takes to the service and back, measured every ten seconds. */
  roundTrip: { ms: number };
};

/** Name and body of a text frame, or undefined for one that is none of ours. */
export function parseVoiceFrame(data: unknown): [name: string, body: Record<string, unknown>] | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const { event } = JSON.parse(data) as { event?: Record<string, unknown> };
    const [name, body] = Object.entries(event ?? {})[0] ?? [];
    return name === undefined || typeof body !== 'object' || body === null
      ? undefined
      : [name, body as Record<string, unknown>];
  } catch {
    return undefined;
  }
}
