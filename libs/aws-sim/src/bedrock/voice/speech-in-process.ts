import { randomUUID } from 'node:crypto';
import type { SimClock } from '../clock';
import { RequestFaults } from '../faults/fault';
import { VOICE_LIMITS, VOICE_OPTIONS, type VoiceLimits } from './options';
import { countSamples } from './output';
import { SPEECH_MODELS } from './profiles';
import { VoiceSession } from './session';

/** What a stream still has to say; whoever reads it waits here. */
class Said {
  private readonly events: Uint8Array[] = [];
  private over: { error?: Error } | undefined;
  private wake: (() => void) | undefined;

  say(name: string, body: Record<string, unknown>): void {
    this.events.push(Buffer.from(JSON.stringify({ event: { [name]: body } })));
    this.wake?.();
  }
  end(error?: Error): void {
    this.over ??= error === undefined ? {} : { error };
    this.wake?.();
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const event = this.events.shift();
      if (event !== undefined) yield event;
      else if (this.over?.error) throw this.over.error;
      else if (this.over) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

/**
 * The speech model of this simulator without its network, for calls on a clock that a test moves by hand ({@link ManualClock}):
 * half an hour of speech then lasts seconds, and every moment of it is exact. Its streams live eight minutes of that clock
 * and answer at the pace of speech. It strikes no faults.
 */
export class SpeechInProcess {
  /** Samples of speech that were said so far, by the content id of their block. */
  readonly spoken = new Map<string, number>();

  constructor(
    private readonly clock: SimClock,
    private readonly limits: Partial<VoiceLimits> = {},
  ) {}

  /** @param input Nova Sonic's events as UTF-8 JSON, one each @param signal ends the stream at once */
  open(input: AsyncIterable<Uint8Array>, signal: AbortSignal): { output: AsyncIterable<Uint8Array> } {
    const said = new Said();
    const session = new VoiceSession(
      {
        emit: (name, body) => {
          if (name === 'audioOutput') countSamples(this.spoken, body);
          said.say(name, body);
        },
        fail: (error) => said.end(error),
        end: () => said.end(),
        drop: () => said.end(),
      },
      {
        profile: SPEECH_MODELS['amazon.nova-2-sonic-v1:0']!,
        limits: { ...VOICE_LIMITS, ...this.limits },
        options: VOICE_OPTIONS,
        clock: this.clock,
        faults: new RequestFaults([], new AbortController().signal),
        newId: randomUUID,
      },
    );
    signal.addEventListener('abort', () => {
      session.close();
      said.end();
    });
    void (async () => {
      for await (const bytes of input) session.receive(JSON.parse(Buffer.from(bytes).toString('utf8')));
      session.inputEnded();
    })();
    return { output: said };
  }
}
