import { costOf } from '@parley/assistants';
import { SERVICE_METRICS } from '@parley/descriptor';
import type { CallUsage } from '@parley/protocol';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { tokensOf } from './call-account';
import type { CallObserver } from './call/ports/call-observer.port';
import type { LossCause } from './call/resumption';

/** Seconds; the model itself needs a second or more to find the end of a turn. */
const ANSWER_BUCKETS = [0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 13];
const TOKEN_KINDS = ['inputSpeechTokens', 'inputTextTokens', 'outputSpeechTokens', 'outputTextTokens'] as const;

/** What calls do, as Prometheus metrics. Names and labels are fixed words: nothing that was said, nobody who said it. */
export class CallMetrics implements CallObserver {
  private readonly streams: Gauge;
  private readonly answer: Histogram;
  private readonly gap: Histogram;
  private readonly rotations: Counter<'why'>;
  private readonly resumes: Counter<'cause'>;
  private readonly bargeIns: Counter;
  private readonly dropped: Counter;
  private readonly unknown: Counter;
  private readonly tools: Histogram<'tool' | 'outcome'>;
  private readonly ended: Counter<'reason'>;
  private readonly refused: Counter<'reason'>;
  private readonly moved: Counter<'how'>;
  private readonly tokens: Counter<'kind'>;
  private readonly cost: Counter;
  private readonly length: Histogram;

  /** @param model provider and model, as prices name it */
  constructor(
    registry: Registry,
    private readonly model: string,
    liveCalls: () => number,
  ) {
    const registers = [registry];
    new Gauge({
      name: 'parley_calls_live',
      help: 'Calls of this process',
      registers,
      collect() {
        this.set(liveCalls());
      },
    });
    this.streams = new Gauge({ name: 'parley_streams_live', help: 'Streams to the speech model', registers });
    this.answer = new Histogram({
      name: SERVICE_METRICS.firstAudioS,
      help: 'From the end of the caller speaking to the first audio of the answer',
      buckets: ANSWER_BUCKETS,
      registers,
    });
    this.gap = new Histogram({
      name: SERVICE_METRICS.gapS,
      help: 'How long a call was without a stream to the model',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20],
      registers,
    });
    const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
      new Counter<L>({ name, help, labelNames, registers });
    this.rotations = counter(SERVICE_METRICS.rotations, 'Streams replaced before their time', 'why');
    this.resumes = counter(SERVICE_METRICS.resumes, 'Attempts to resume a call whose stream was lost', 'cause');
    this.bargeIns = counter(SERVICE_METRICS.bargeIns, 'Answers that the caller spoke over');
    this.dropped = counter(SERVICE_METRICS.droppedMs, 'Audio of callers that could not be passed on');
    this.unknown = counter('parley_model_events_unknown_total', 'Kinds of things unknown here that a stream said');
    this.ended = counter('parley_calls_ended_total', 'Calls by the reason of their end', 'reason');
    this.refused = counter(SERVICE_METRICS.refused, 'Calls that could not begin', 'reason');
    this.moved = counter('parley_calls_resumed_total', 'Callers who came back to their call', 'how');
    this.tokens = counter(SERVICE_METRICS.voiceTokens, 'Tokens of the speech model', 'kind');
    this.cost = counter(SERVICE_METRICS.costUsd, 'Estimated US dollars of calls, where the model has a price');
    this.tools = new Histogram({
      name: 'parley_call_tool_seconds',
      help: 'How long tools ran in calls',
      labelNames: ['tool', 'outcome'],
      buckets: [0.05, 0.25, 1, 3, 10],
      registers,
    });
    this.length = new Histogram({
      name: 'parley_call_seconds',
      help: 'How long calls lasted',
      buckets: [10, 60, 180, 480, 900, 1_800, 3_600],
      registers,
    });
  }

  streamOpened(): void {
    this.streams.inc();
  }
  streamClosed(): void {
    this.streams.dec();
  }
  firstAudio(ms: number): void {
    this.answer.observe(ms / 1_000);
  }
  rotated(why: 'quiet' | 'forced'): void {
    this.rotations.inc({ why });
  }
  resuming(cause: LossCause): void {
    this.resumes.inc({ cause });
  }
  resumed(gapMs: number): void {
    this.gap.observe(gapMs / 1_000);
  }
  bargedIn(): void {
    this.bargeIns.inc();
  }
  audioDropped(ms: number): void {
    this.dropped.inc(ms);
  }
  unknownEvent(): void {
    this.unknown.inc();
  }
  toolRan(tool: string, ms: number, good: boolean): void {
    this.tools.observe({ tool, outcome: good ? 'good' : 'failed' }, ms / 1_000);
  }

  callEnded(reason: string, durationMs: number): void {
    this.ended.inc({ reason });
    this.length.observe(durationMs / 1_000);
  }
  /** What a call has taken since the last time. */
  tokensTaken(part: CallUsage): void {
    for (const kind of TOKEN_KINDS) this.tokens.inc({ kind }, part[kind]);
    this.cost.inc(costOf({ model: this.model, ...tokensOf(part) }) ?? 0);
  }
  callRefused(reason: string): void {
    this.refused.inc({ reason });
  }
  callerCameBack(how: 'same_replica' | 'other_replica'): void {
    this.moved.inc({ how });
  }
}
