import { randomUUID } from 'node:crypto';
import type { Assistant, AssistantCatalog, Reservation } from '@parley/assistants';
import type { DisplayNames, Principal } from '@parley/auth';
import type { ConversationStore } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { Author, CallStart, Message } from '@parley/protocol';
import { addToContext } from '@parley/service-kit';
import type { Logger } from 'pino';
import type { Tracer } from '@opentelemetry/api';
import { ConversationCallLog } from './adapters/log/conversation-call-log';
import { UnkeptCallLog } from './adapters/log/unkept-call-log';
import { Call, type CallLimits } from './call/call';
import { CallClock } from './call/call-clock';
import { CallMemory, type Debt } from './call/memory';
import type { NovaProfile } from './call/nova/profiles';
import type { CallRecord, CallRegistry } from './call/ports/call-registry.port';
import type { SpeechModel } from './call/ports/speech-model.port';
import type { StreamLease, StreamLeases } from './call/ports/stream-leases.port';
import type { CallAccounts, CallUse } from './call-accounts';
import type { CallMetrics } from './call-metrics';
import type { CallRights } from './call-rights';
import { CallTrace } from './call-trace';
import { LiveCalls } from './live-calls';
import type { Personas } from './personas';

/** Shown where a person has not told a name yet. */
const NAMELESS = 'Someone';

/** A call, and how the one who asked came to it. */
export interface Seat {
  call: Call;
  conversationId: string;
  /** `undefined` for a new call; else whether this replica knows how far it had heard. */
  resumed?: 'here' | 'from_elsewhere';
  /** Whether what is said is written down. */
  isKept: boolean;
}

export interface CallDeskParts {
  model: SpeechModel;
  profile: NovaProfile;
  store: ConversationStore;
  assistants: AssistantCatalog;
  personas: Personas;
  names: DisplayNames;
  /** Whether what this caller says, and is answered, may be written down. Asked where a call begins. */
  keepsTranscript: (caller: Principal) => Promise<boolean>;
  accounts: Pick<CallAccounts, 'reserve' | 'goOn' | 'keep'>;
  registry: CallRegistry;
  leases: StreamLeases;
  rights: Pick<CallRights, 'keep' | 'look'>;
  limits: CallLimits;
  callsPerPrincipal: number;
  metrics: (liveCalls: () => number) => CallMetrics;
  tracer: Tracer;
  logger: Logger;
}

/**
 * Begins calls and finds those that go on: who calls, in which conversation, with which assistant, over which model. Knows
 * the calls of this replica, and says to the other replicas that they are its own.
 */
export class CallDesk {
  readonly metrics: CallMetrics;
  private readonly clock = new CallClock();
  private readonly calls: LiveCalls;
  /** Calls whose words stay out of the log. */
  private readonly unkept = new WeakSet<Call>();

  constructor(private readonly parts: CallDeskParts) {
    const { registry, rights, logger } = parts;
    this.calls = new LiveCalls({
      registry,
      onRound: () => rights.look(),
      report: (what, cause) => logger.warn({ err: cause }, what),
    });
    this.metrics = parts.metrics(() => this.calls.size);
  }

  get live(): readonly Call[] {
    return this.calls.all;
  }

  /**
   * A call for this caller: the one that is named, when it still goes on, here or on another replica; else a new one in the
   * conversation that is named, or in a new conversation.
   *
   * Nobody is attached to it yet, or somebody else is: `attach` it once the caller was told.
   *
   * @throws ParleyError `conversation_not_found`, `conversation_archived`, `assistant_not_found`, `store_unavailable`, `at_capacity`,
   *   `too_many_connections`, `assistant_off`, `budget_reached`, `too_many_requests`
   */
  async seat(principal: Principal, start: CallStart): Promise<Seat> {
    try {
      return (await this.find(principal, start)) ?? (await this.begin(principal, start));
    } catch (error) {
      if (error instanceof ParleyError) this.metrics.callRefused(error.code);
      throw error;
    }
  }

  /** Stops saying that calls go on: the process leaves. */
  stop(): Promise<void> {
    return this.calls.stop();
  }

  private seatOf(call: Call, resumed?: Seat['resumed']): Seat {
    const { conversationId } = call;
    return { call, conversationId, isKept: !this.unkept.has(call), ...(resumed === undefined ? {} : { resumed }) };
  }

  private async find(principal: Principal, { callId }: CallStart): Promise<Seat | undefined> {
    if (callId === undefined) return undefined;
    const here = this.calls.find(callId);
    if (here) {
      if (here.principalId !== principal.id) return undefined;
      if (await this.calls.isOurs(callId)) {
        this.metrics.callerCameBack('same_replica');
        return this.seatOf(here.call, 'here');
      }
    }
    const record = await this.parts.registry.take(callId, principal.id);
    if (!record) return undefined;
    this.metrics.callerCameBack('other_replica');
    await this.parts.store.get(principal.id, record.conversationId);
    const use = useOf(callId, principal, this.parts.assistants.get(record.assistant));
    const call = await this.make(principal, record, use, {
      reservation: this.parts.accounts.goOn(use),
      continued: true,
    });
    this.calls.goOn(call, principal.id);
    return this.seatOf(call, 'from_elsewhere');
  }

  private async begin(principal: Principal, start: CallStart): Promise<Seat> {
    const { store, assistants, callsPerPrincipal, accounts } = this.parts;
    if (this.calls.countOf(principal.id) >= callsPerPrincipal)
      throw new ParleyError('too_many_connections', {
        message: 'Too many calls are open already',
        retryAfterMs: 10_000,
      });
    const guest = principal.kind === 'guest';
    const existing =
      start.conversationId === undefined ? undefined : await store.get(principal.id, start.conversationId);
    if (existing?.archived) throw new ParleyError('conversation_archived');
    const assistant = assistants.get(start.assistant ?? existing?.assistant, { guest });
    const use = useOf(randomUUID(), principal, assistant);
    const reservation = await accounts.reserve(use);
    try {
      const conversation =
        existing ?? (await store.create(await this.authorOf(principal), { assistant: assistant.id }));
      const call = await this.open(principal, use, reservation, conversation.id, start);
      return this.seatOf(call);
    } catch (error) {
      await reservation.settle(0);
      throw error;
    }
  }

  private async open(
    principal: Principal,
    use: CallUse,
    reservation: Reservation,
    conversationId: string,
    { voiceId, language }: CallStart,
  ): Promise<Call> {
    const record: CallRecord = {
      callId: use.callId,
      principalId: principal.id,
      conversationId,
      assistant: use.assistant.id,
      startedAt: Date.now(),
      ...(voiceId === undefined ? {} : { voiceId }),
      ...(language === undefined ? {} : { language }),
    };
    const call = await this.make(principal, record, use, { reservation, continued: false });
    await this.calls.begin(call, record);
    return call;
  }

  private async make(
    principal: Principal,
    { callId, conversationId, voiceId, language }: CallRecord,
    { assistant }: CallUse,
    { reservation, continued }: { reservation: Reservation; continued: boolean },
  ): Promise<Call> {
    const { store, personas, model, profile, leases, limits, logger, tracer, accounts } = this.parts;
    const lease = await leaseOf(leases);
    try {
      addToContext({ callId, conversationId });
      const callLogger = logger.child({ callId, conversationId });
      const kept = new ConversationCallLog(store, conversationId, callId, {
        user: await this.authorOf(principal),
        assistant: { kind: 'assistant', id: assistant.id, name: assistant.name },
      });
      const isKept = await this.parts.keepsTranscript(principal);
      const log = isKept ? kept : new UnkeptCallLog(kept);
      const {
        instructions,
        tools,
        maxTokens,
        voiceId: ownVoice,
      } = personas.forCall(assistant, principal.id, conversationId, language);
      const messages = await log.recent(profile.limits.history.messages);
      const wanted = voiceId ?? ownVoice;
      const observer = new CallTrace(
        tracer,
        { callId, conversationId, assistant: assistant.id, continued },
        this.metrics,
      );
      const call = new Call({
        ...{ id: callId, model, profile, tools, log, lease, leases, limits, observer },
        opening: {
          ...{ instructions, maxTokens, tools },
          voiceId: profile.voices?.has(wanted) === false ? ownVoice : wanted,
        },
        memory: new CallMemory(messages, profile.limits.history, Buffer.byteLength(instructions)),
        ...(continued ? { debt: debtOf(messages, callId) } : {}),
        ...(!continued && assistant.greeting !== undefined ? { greeting: assistant.greeting } : {}),
        onFault: (error) => callLogger.warn({ err: error }, 'a fault in a call'),
      });
      if (!isKept) this.unkept.add(call);
      this.clock.add(call);
      this.parts.rights.keep(call, principal.id);
      const settle = accounts.keep({
        ...{ reservation, usage: call.usage },
        facts: { callId, conversationId, principalId: principal.id, assistant: assistant.id, continued },
        onTaken: (part) => this.metrics.tokensTaken(part),
      });
      callLogger.info({ assistant: assistant.id, earlierMessages: messages.length, continued }, 'call began');
      void call.ended.then(({ reason, durationMs }) => {
        if (call.droppedMs > 0) observer.audioDropped(call.droppedMs);
        observer.ended(reason, call.usage, call.failed?.code);
        this.metrics.callEnded(reason, durationMs);
        settle();
        callLogger.info({ reason, durationMs, usage: call.usage, droppedMs: call.droppedMs }, 'call ended');
      });
      return call;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  private async authorOf(principal: Principal): Promise<Author> {
    return {
      kind: principal.kind,
      id: principal.id,
      name: (await this.parts.names.get(principal)) ?? NAMELESS,
    };
  }
}

const useOf = (callId: string, { id, kind }: Principal, assistant: Assistant): CallUse => ({
  ...{ callId, assistant, principalId: id },
  guest: kind === 'guest',
});

async function leaseOf(leases: StreamLeases): Promise<StreamLease> {
  const lease = await leases.acquire('call');
  // By chance between 3 and 8 s: all who are turned away now must not come back together.
  if (!lease) throw new ParleyError('at_capacity', { retryAfterMs: 3_000 + Math.floor(Math.random() * 5_000) });
  return lease;
}

/** What another replica left open: the caller's last words in this call, when nothing answered them. */
function debtOf(messages: readonly Message[], callId: string): Debt {
  const last = messages.at(-1);
  return { owed: last?.role === 'user' && last.callId === callId, midAnswer: false };
}
