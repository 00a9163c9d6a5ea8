import { bytesOf, dtmfTones } from '@parley/aws-sim';
import { InputQueue } from '../../../call/nova/input-queue';
import { NovaInputStream, type NovaOpening } from '../../../call/nova/input-stream';
import { profileOf } from '../../../call/nova/profiles';
import type { SpeechModel } from '../../../call/ports/speech-model.port';

export const OPENING: NovaOpening = {
  instructions: 'You are a friend.',
  voiceId: 'tiffany',
  maxTokens: 1_024,
  tools: [],
  history: [],
};
/** 32 ms. */
const FRAME = 1_024;

/** One stream through a model's port, from its opening to its end: says legal events, collects what comes back. */
export class ModelCaller {
  readonly names: string[] = [];
  readonly stop = new AbortController();
  /** What the reader of the output saw: an error, or nothing. Settles in any case. */
  readonly ended: Promise<unknown>;
  /** Events that the adapter has taken from the input. */
  taken = 0;
  private readonly nova = new NovaInputStream(profileOf('amazon.nova-2-sonic-v1:0'));
  /** One event a frame, so that events can be counted. */
  private readonly queue = new InputQueue((frame) => this.nova.audio(frame), 60_000, 0);
  private waiters: (() => void)[] = [];
  private over = false;

  constructor(
    model: SpeechModel,
    private readonly readMore: () => Promise<void> | void = () => undefined,
  ) {
    this.queue.pushControl(this.nova.open(OPENING));
    this.ended = this.read(model).then(
      () => undefined,
      (error: unknown) => error ?? new Error('thrown without a reason'),
    );
    void this.ended.then(() => {
      this.over = true;
      this.queue.end();
      this.changed();
    });
  }

  /** Says a digit, and the silence that ends the turn. */
  speak(digits = '4'): this {
    return this.audio(Buffer.concat([Buffer.from(bytesOf(dtmfTones(digits))), Buffer.alloc(32_000 * 0.8)]));
  }

  audio(pcm: Buffer): this {
    for (let at = 0; at < pcm.length; at += FRAME) this.queue.pushAudio(pcm.subarray(at, at + FRAME));
    return this;
  }

  /** Ends the stream as the model wants it ended. */
  leave(): this {
    this.queue.end(this.nova.end());
    return this;
  }

  /** Resolves when that event has come so often. */
  async heard(name: string, times = 1): Promise<void> {
    await this.until(() => this.names.filter((other) => other === name).length >= times);
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.over) throw new Error(`The stream ended after: ${this.names.join(' ')}`, { cause: await this.ended });
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  private async read(model: SpeechModel): Promise<void> {
    const { output } = model.open(this.input(), this.stop.signal);
    for await (const bytes of output) {
      const { event } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { event: object };
      this.names.push(Object.keys(event)[0]!);
      this.changed();
      await this.readMore();
    }
  }

  private async *input(): AsyncGenerator<Uint8Array> {
    for await (const bytes of this.queue) {
      this.taken += 1;
      this.changed();
      yield bytes;
    }
  }

  private changed(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
