import type { Fetch } from '../core/authorized-fetch';
import { asClientError, networkError } from '../core/client-error';
import { backoffMs, systemClock, type Clock } from '../core/clock';
import { browserNetwork, type Network } from '../core/network';
import { AnswerReader, type AnswerEnd } from './answer-reader';

export interface ResumeOptions {
  /** Tries in a row to find a broken line again, before the answer counts as broken off. Default 6 (about 20 s). */
  maxResumes?: number;
  network?: Network;
  clock?: Clock;
  random?: () => number;
}

/**
 * A `fetch` whose answers survive their line: when one ends without its last chunk, the rest is asked for at
 * `resumeUrl(request)` with the place of the last chunk that came, and goes into the same body. Whoever reads it, like the
 * transport of `useChat`, sees one answer. An answer that nobody goes on with ends as it is, without a `finish`.
 */
export function resumingFetch(
  send: Fetch,
  resumeUrl: (input: string, init: RequestInit) => string,
  options: ResumeOptions = {},
): Fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (response.status !== 200 || response.body === null) return response;
    const url = resumeUrl(input, init);
    const body = new ResumedAnswer(response.body, send, url, init.signal ?? undefined, options).stream();
    return new Response(body, { status: 200, headers: response.headers });
  };
}

class ResumedAnswer {
  private readonly clock: Clock;
  private readonly network: Network;
  private readonly left = new AbortController();
  private readonly reader: AnswerReader;
  private attempts = 0;

  constructor(
    private readonly first: ReadableStream<Uint8Array>,
    private readonly send: Fetch,
    private readonly url: string,
    signal: AbortSignal | undefined,
    private readonly options: ResumeOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.network = options.network ?? browserNetwork;
    this.reader = new AnswerReader(this.clock, this.left.signal);
    if (signal?.aborted === true) this.left.abort(signal.reason);
    signal?.addEventListener('abort', () => this.left.abort(signal.reason), { signal: this.left.signal });
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      start: (controller) => {
        const pass = (text: string): void => controller.enqueue(new TextEncoder().encode(text));
        this.run(pass).then(
          () => controller.close(),
          (error: unknown) => controller.error(error),
        );
      },
      cancel: (reason) => this.left.abort(reason),
    });
  }

  private async run(pass: (text: string) => void): Promise<void> {
    let body: ReadableStream<Uint8Array> | null = this.first;
    while (body !== null) {
      const before = this.reader.passed;
      const end: AnswerEnd = await this.reader.read(body, pass);
      if (this.reader.passed > before) this.attempts = 0;
      if (end !== 'cut') break;
      body = await this.resume();
    }
    this.left.abort(); // takes the listener off the caller's signal
  }

  /** The rest of the answer; null when nobody goes on with it. Throws what `useChat` shows when it cannot be had. */
  private async resume(): Promise<ReadableStream<Uint8Array> | null> {
    for (;;) {
      this.attempts += 1;
      // By this name the AI SDK knows a lost line, after which a page may try again later.
      if (this.attempts > (this.options.maxResumes ?? 6))
        throw new TypeError('fetch failed', { cause: networkError() });
      await this.pause(backoffMs(this.attempts, { random: this.options.random }));
      try {
        const headers = this.reader.lastId === undefined ? undefined : { 'last-event-id': this.reader.lastId };
        const response = await this.send(this.url, { method: 'GET', headers, signal: this.left.signal });
        return response.status === 200 ? response.body : null;
      } catch (thrown) {
        if (this.left.signal.aborted) throw thrown;
        const error = asClientError(thrown);
        if (error.kind !== 'unavailable') throw error;
        if (error.retryAfterMs !== undefined) await this.pause(error.retryAfterMs);
      }
    }
  }

  /** Waits, no longer than until the network is back. */
  private pause(ms: number): Promise<void> {
    const { signal } = this.left;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        stop();
        this.clock.cancel(timer);
        signal.removeEventListener('abort', done);
        if (signal.aborted) reject(signal.reason as Error);
        else resolve();
      };
      const stop = this.network.onReturn(done);
      const timer = this.clock.after(ms, done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }
}
