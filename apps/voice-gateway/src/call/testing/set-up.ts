import { MemoryStreamLeases } from '../../adapters/memory/stream-leases';
import { Call, type CallLimits, type CallOptions } from '../call';
import { CallMemory } from '../memory';
import { profileOf } from '../nova/profiles';
import type { Utterance } from '../ports/call-log.port';
import type { Caller } from '../ports/caller.port';
import { Resumption } from '../resumption';
import { rotationTimes } from '../rotation';
import { ScriptedModel } from './scripted-model';

/** A caller who notes what is said, in short. */
export class NotingCaller implements Caller {
  readonly told: string[] = [];
  private waiting: (() => void)[] = [];

  send(name: string, body: object): void {
    const { content = '', stopReason = '', reason = '' } = body as Record<string, string>;
    this.note([name, content, stopReason, reason].filter(Boolean).join(' '));
  }
  audio(_: string, pcm: Buffer): void {
    this.note(`audio ${pcm.length}`);
  }
  fail(error: { code: string }): void {
    this.note(`error ${error.code}`);
  }
  /** Resolves when so much was said, or when this was. */
  async until(what: number | string): Promise<void> {
    const met = () => (typeof what === 'number' ? this.told.length >= what : this.told.includes(what));
    while (!met()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
  private note(line: string): void {
    this.told.push(line);
    for (const wake of this.waiting.splice(0)) wake();
  }
}

const NOVA_2 = profileOf('amazon.nova-2-sonic-v1:0');

/** Resolves when the condition holds; whatever it waits for happens by itself. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const NO_OBSERVER = {
  ...{ streamOpened: () => undefined, streamClosed: () => undefined, firstAudio: () => undefined },
  ...{ bargedIn: () => undefined, audioDropped: () => undefined, toolRan: () => undefined },
  unknownEvent: () => undefined,
};

/** A call over a scripted model, with a clock that the test moves. */
export function setUp(
  options: Partial<CallOptions> & {
    append?: (utterance: Utterance) => Promise<{ id: string; seq: number }>;
    quota?: number;
    reserve?: number;
    onRotated?: () => void;
  } = {},
) {
  const model = new ScriptedModel();
  const caller = new NotingCaller();
  const stored: Utterance[] = [];
  const faults: unknown[] = [];
  const seen: string[] = [];
  const clock = { now: 1_000_000 };
  const limits: CallLimits = {
    rotation: { ...rotationTimes(480_000, 260_000), jitterMs: 0 },
    ...{ detachedMs: 30_000, callMs: 3_600_000, idleMs: 900_000 },
  };
  const leases = new MemoryStreamLeases({ quota: options.quota ?? 10, reserve: options.reserve ?? 1 });
  const call = new Call({
    id: 'call-1',
    model,
    profile: NOVA_2,
    opening: { instructions: 'Be kind.', voiceId: 'tiffany', maxTokens: 1024, tools: options.tools ?? [] },
    tools: [],
    memory: new CallMemory([], NOVA_2.limits.history, 0),
    log: {
      conversationId: 'c',
      recent: async () => [],
      append:
        options.append ??
        (async (utterance) => {
          stored.push(utterance);
          return { id: `m${stored.length}`, seq: stored.length };
        }),
    },
    lease: { release: async () => void seen.push('lease released') },
    leases,
    limits,
    observer: {
      ...NO_OBSERVER,
      rotated: (why) => {
        seen.push(`rotated ${why}`);
        options.onRotated?.();
      },
      unknownEvent: (name) => seen.push(`unknown ${name}`),
      resuming: (cause) => seen.push(`resuming ${cause}`),
      resumed: (gapMs) => seen.push(`resumed ${gapMs}`),
    },
    closingMs: 20,
    now: () => clock.now,
    random: () => 0,
    resumption: new Resumption({ attempts: 3, firstMs: 0, laterMs: 1, maxMs: 4, healthyMs: 20_000 }),
    onFault: (error) => faults.push(error),
    ...options,
  });
  call.attach(caller);
  /** Lets time pass in tenths of a second, as the clock of the process does. */
  const pass = (ms: number) => {
    for (const end = clock.now + ms; clock.now < end;) {
      clock.now = Math.min(end, clock.now + 100);
      call.tick();
    }
  };
  return { model, caller, stored, faults, seen, clock, call, leases, pass, limits };
}
