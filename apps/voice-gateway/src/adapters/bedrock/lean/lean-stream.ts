import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { FrameReader, type FrameMessage } from '@parley/assistants';
import { modelError, START_MS, StartTimeout } from '../model-error';
import { EventSigner } from './event-signer';
import { InputFrames } from './input-frames';
import type { LeanOptions } from './lean-speech-model';
import { messageIn, OutputEvents } from './output-event';
import { OutputQueue } from './output-queue';
import { signRequest } from './signed-request';

/** More than this of a refusal is not read. */
const LARGEST_REFUSAL = 64 << 10;

/** One stream on a connection of its own. Every way it can end leads through `finish`, once. */
export class LeanStream {
  readonly output: OutputQueue;
  private readonly reader = new FrameReader();
  private readonly events = new OutputEvents();
  private readonly startTimer: NodeJS.Timeout;
  private readonly iterator: AsyncIterator<Uint8Array>;
  private session: ClientHttp2Session | undefined;
  private request: ClientHttp2Stream | undefined;
  private refusal: { type: string; parts: Buffer[]; length: number } | undefined;
  private over = false;
  private wakeWriter: (() => void) | undefined;

  constructor(
    private readonly options: LeanOptions,
    input: AsyncIterable<Uint8Array>,
    private readonly signal: AbortSignal,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.output = new OutputQueue({
      pause: () => this.request?.pause(),
      resume: () => this.request?.resume(),
      cancel: () => this.finish(),
    });
    this.iterator = input[Symbol.asyncIterator]();
    const startMs = options.startMs ?? START_MS;
    this.startTimer = setTimeout(() => this.finish(new StartTimeout(startMs)), startMs);
    if (signal.aborted) this.finish();
    else {
      signal.addEventListener('abort', this.onAbort);
      this.start().catch((error: unknown) => this.finish(error));
    }
  }

  private readonly onAbort = () => this.finish();

  private async start(): Promise<void> {
    const { headers, signature, secretAccessKey } = await signRequest(this.options);
    if (this.over) return;
    this.session = connect(this.options.endpoint);
    this.session.on('error', (error) => this.finish(error));
    this.session.on('close', () => this.onClose());
    this.request = this.session.request(headers, { endStream: false });
    this.request.on('response', (answer) => this.onResponse(answer));
    this.request.on('data', (bytes: Buffer) => this.onData(bytes));
    this.request.on('end', () => this.onEnd());
    this.request.on('error', (error) => this.finish(error));
    this.request.on('close', () => this.onClose());
    this.request.on('drain', () => this.wakeWriter?.());
    await this.write(this.request, new InputFrames(new EventSigner(secretAccessKey, this.options.region, signature)));
  }

  /** Reads the input as fast as the connection takes it. Whoever waits in `next` is not told when the stream dies. */
  private async write(request: ClientHttp2Stream, frames: InputFrames): Promise<void> {
    for (let next = await this.iterator.next(); !this.over && !next.done; next = await this.iterator.next()) {
      if (!request.write(frames.event(next.value))) await new Promise<void>((resolve) => (this.wakeWriter = resolve));
      if (this.over) return;
    }
    if (!this.over) request.end(frames.end());
  }

  private onResponse(answer: { ':status'?: number; [name: string]: unknown }): void {
    clearTimeout(this.startTimer);
    if (answer[':status'] === 200) return;
    this.refusal = { type: String(answer['x-amzn-errortype'] ?? 'UnknownError'), parts: [], length: 0 };
  }

  private onData(bytes: Buffer): void {
    if (this.over) return;
    const { refusal } = this;
    if (!refusal) {
      try {
        this.reader.push(bytes, this.onMessage);
      } catch (error) {
        this.finish(error);
      }
    } else if ((refusal.length += bytes.length) <= LARGEST_REFUSAL) refusal.parts.push(bytes);
  }

  private readonly onMessage = (message: FrameMessage): void => {
    const event = this.events.open(message);
    if (event) this.output.push(event);
  };

  private onEnd(): void {
    const { refusal } = this;
    if (refusal) this.finish(modelError(refusal.type, messageIn(Buffer.concat(refusal.parts))));
    else if (this.reader.isMidMessage) this.finish(new Error('the answer ended in the middle of a frame'));
    else this.finish();
  }

  /** After a reset or a lost connection there is neither `end` nor, always, an error. */
  private onClose(): void {
    const code = this.request?.rstCode ?? 0;
    if (code === constants.NGHTTP2_NO_ERROR) this.onEnd();
    else this.finish(new Error(`the stream was reset with ${code}`));
  }

  private finish(error?: unknown): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.startTimer);
    this.signal.removeEventListener('abort', this.onAbort);
    if (error !== undefined) this.onFailure(error);
    this.output.end(error);
    this.wakeWriter?.();
    // A generator runs its `finally`. One that waits for its own queue only does so when that is ended: see the port.
    void this.iterator.return?.()?.catch(() => undefined);
    this.session?.destroy();
  }
}
