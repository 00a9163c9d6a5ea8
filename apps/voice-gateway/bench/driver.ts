import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** 32 ms of PCM16 at 16 kHz. */
const FRAME = Buffer.alloc(1_024, 3);
const FRAME_MS = 32;

/** One caller: says frames, and pairs each with its answer. */
export class BenchCall {
  /** Milliseconds from each frame to its answer, while somebody measures. */
  waits: number[] | undefined;
  answered = 0;
  sent = 0;
  private readonly sentAt: number[] = [];
  private first = 0;
  onAnswer: () => void = () => undefined;
  private onEvent: (text: string) => void = () => undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data, isBinary) => {
      if (!isBinary) return this.onEvent(String(data as Buffer));
      this.answered += 1;
      const at = this.sentAt[this.first++];
      if (at !== undefined) this.waits?.push(performance.now() - at);
      if (this.first > 1_024) this.first -= this.sentAt.splice(0, this.first).length;
      this.onAnswer();
    });
  }

  /** Opens a socket, begins a call and waits until the model speaks. */
  static async open(url: string, token: string): Promise<BenchCall> {
    const socket = new WebSocket(url, ['parley.v1', `bearer.${token}`], { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const call = new BenchCall(socket);
    const ready = new Promise<void>((resolve, reject) => {
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) return;
        const text = String(data);
        if (text.includes('callReady')) resolve();
        if (text.includes('"error"')) reject(new Error(text));
      });
    });
    socket.send('{"event":{"callStart":{}}}');
    await ready;
    return call;
  }

  say(): void {
    this.sentAt.push(performance.now());
    this.sent += 1;
    this.socket.send(FRAME);
  }

  /** Says so many frames, never more than `window` ahead of their answers. */
  async sayAll(frames: number, window: number): Promise<void> {
    const goal = this.answered + frames;
    let left = frames;
    await new Promise<void>((resolve, reject) => {
      // A frame that was refused is never answered: to wait for it would be to wait for ever.
      this.onEvent = (text) => {
        if (/"(error|callEnded)"/.test(text)) reject(new Error(text));
      };
      this.onAnswer = () => {
        if (this.answered >= goal) return resolve();
        if (left > 0) {
          left -= 1;
          this.say();
        }
      };
      for (; left > frames - window && left > 0; left -= 1) this.say();
    });
    this.onAnswer = () => undefined;
    this.onEvent = () => undefined;
  }

  /** Hangs up in order and waits for the end. */
  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.send('{"event":{"callEnd":{}}}');
    await Promise.race([closed, pause(2_000)]);
    this.socket.terminate();
  }
}

export async function openCalls(url: string, tokens: readonly string[], count: number): Promise<BenchCall[]> {
  const calls: BenchCall[] = [];
  const waiting = tokens.slice(0, count);
  const opener = async () => {
    for (let token = waiting.pop(); token !== undefined; token = waiting.pop())
      calls.push(await BenchCall.open(url, token));
  };
  await Promise.all(Array.from({ length: 8 }, opener));
  return calls;
}

/** Everybody talks at the pace of speech, evenly spread over time, for so long. Answers the sorted waits. */
export async function talk(calls: readonly BenchCall[], ms: number): Promise<number[]> {
  for (const call of calls) call.waits = [];
  const began = performance.now();
  const next = calls.map((_, n) => began + (n * FRAME_MS) / calls.length);
  for (let now = began; now - began < ms; now = performance.now()) {
    for (const [n, call] of calls.entries()) {
      if (next[n]! > now) continue;
      next[n]! += FRAME_MS;
      call.say();
    }
    await pause(1);
  }
  // Answers that are still on their way belong to it.
  for (let tries = 0; tries < 100 && calls.some(({ sent, answered }) => answered < sent); tries += 1) await pause(5);
  return calls.flatMap(({ waits }) => waits ?? []).sort((a, b) => a - b);
}
