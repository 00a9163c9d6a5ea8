import { bytesOf } from '@parley/aws-sim';
import type { TestSocket } from '@parley/service-kit/testing';

/** What a client reads from `/ws/voice`. */
export type Frame = { event: Record<string, Record<string, unknown>>; ref?: string } | Buffer;
export const nameOf = (frame: Frame) => (Buffer.isBuffer(frame) ? 'audio' : Object.keys(frame.event)[0]!);
export const bodyOf = (frame: Frame) => (Buffer.isBuffer(frame) ? {} : Object.values(frame.event)[0]!);

/** Reads frames until one matches; gives all of them. */
export async function readUntil(
  socket: TestSocket,
  matches: (name: string, body: Record<string, unknown>) => boolean,
): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (;;) {
    const frame = await socket.next<Frame>();
    frames.push(frame);
    if (matches(nameOf(frame), bodyOf(frame))) return frames;
  }
}

const SILENCE = Buffer.alloc(32_000 * 0.8);

/** As the page sends it: frames of 512 samples, then the silence that ends the turn. */
export function speak(socket: TestSocket, words: Int16Array, silence = SILENCE): void {
  const bytes = Buffer.concat([Buffer.from(bytesOf(words)), silence]);
  for (let at = 0; at < bytes.length; at += 1_024) socket.socket.send(bytes.subarray(at, at + 1_024));
}

export const finals = (frames: Frame[]) =>
  frames.filter((frame) => nameOf(frame) === 'textOutput' && 'seq' in bodyOf(frame)).map(bodyOf);

/** Samples that came, by the content id of the block of speech that was open then. */
export function samplesByBlock(frames: readonly Frame[]): Map<string, number> {
  const samples = new Map<string, number>();
  let open = '';
  for (const frame of frames) {
    const { contentId, type } = bodyOf(frame) as Record<string, string>;
    if (Buffer.isBuffer(frame)) samples.set(open, (samples.get(open) ?? 0) + frame.length / 2);
    else if (nameOf(frame) === 'contentStart' && type === 'AUDIO') open = contentId!;
  }
  return samples;
}

/** The last sentence of each answer of the simulator. */
export const isLastFinal = (name: string, body: Record<string, unknown>) =>
  name === 'textOutput' && 'seq' in body && body['content'] === 'Here it is again.';

export const named = (name: string) => (other: string) => other === name;

export interface Ready {
  callId: string;
  conversationId: string;
  resumed: boolean;
  kept?: boolean;
  heardMs?: number;
}

/** Begins a call, or goes on with one, and gives what the gateway answered. */
export async function callStart(socket: TestSocket, start: object = {}): Promise<Ready> {
  socket.say({ event: { callStart: start } });
  const frames = await readUntil(socket, (name) => name === 'callReady' || name === 'error');
  return bodyOf(frames.at(-1)!) as unknown as Ready;
}

export async function hangUp(socket: TestSocket) {
  socket.say({ event: { callEnd: {} } });
  const frames = await readUntil(socket, named('callEnded'));
  return { ended: bodyOf(frames.at(-1)!), closed: await socket.closed };
}
