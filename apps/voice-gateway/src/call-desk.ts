import { randomUUID } from 'node:crypto';
import type { AssistantCatalog } from '@parley/assistants';
import type { DisplayNames, Principal } from '@parley/auth';
import type { ConversationStore } from '@parley/conversations';
import type { Author, CallStart } from '@parley/protocol';
import { addToContext } from '@parley/service-kit';
import type { Logger } from 'pino';
import { Gauge, Counter, type Registry } from 'prom-client';
import { ConversationCallLog } from './adapters/log/conversation-call-log';
import { Call } from './call/call';
import { HISTORY_LIMITS, shapeHistory } from './call/history';
import type { Caller } from './call/ports/caller.port';
import type { SpeechModel } from './call/ports/speech-model.port';
import { SilenceFeeder } from './call/silence';
import type { Personas } from './personas';

/** Shown where a person has not told a name yet. */
const NAMELESS = 'Someone';

/** Begins calls: who calls, in which conversation, with which assistant, over which model. Counts them while they live. */
export class CallDesk {
  private readonly silence = new SilenceFeeder();
  private readonly ended: Counter<'reason'>;
  private live = 0;

  constructor(
    private readonly parts: {
      model: SpeechModel;
      store: ConversationStore;
      assistants: AssistantCatalog;
      personas: Personas;
      names: DisplayNames;
      logger: Logger;
      metrics: Registry;
    },
  ) {
    const live = () => this.live;
    new Gauge({
      name: 'parley_calls_live',
      help: 'Calls of this process',
      registers: [parts.metrics],
      collect() {
        this.set(live());
      },
    });
    this.ended = new Counter({
      name: 'parley_calls_ended_total',
      help: 'Calls by the reason of their end',
      labelNames: ['reason'],
      registers: [parts.metrics],
    });
  }

  /**
   * Begins a call in the conversation that is named, or in a new one.
   *
   * @throws ParleyError `conversation_not_found`, `assistant_not_found`, `store_unavailable`
   */
  async begin(principal: Principal, start: CallStart, caller: Caller): Promise<{ call: Call; conversationId: string }> {
    const { store, assistants, personas, names, model, logger } = this.parts;
    const user: Author = { kind: principal.kind, id: principal.id, name: (await names.get(principal.id)) ?? NAMELESS };
    const conversation =
      start.conversationId === undefined
        ? await store.create(user, { assistant: assistants.get(start.assistant).id })
        : await store.get(principal.id, start.conversationId);
    const assistant = assistants.get(start.assistant ?? conversation.assistant);
    const id = randomUUID();
    addToContext({ callId: id, conversationId: conversation.id });
    const callLogger = logger.child({ callId: id, conversationId: conversation.id });
    const log = new ConversationCallLog(store, conversation.id, id, {
      user,
      assistant: { kind: 'assistant', id: assistant.id, name: assistant.name },
    });
    const { instructions, tools, maxTokens, voiceId } = personas.forCall(assistant, principal.id, conversation.id);
    const history = shapeHistory(await log.recent(HISTORY_LIMITS.messages), Buffer.byteLength(instructions));
    const call = new Call({
      id,
      model,
      opening: { instructions, voiceId: start.voiceId ?? voiceId, maxTokens, tools, history },
      tools,
      log,
      caller,
      onFault: (error) => callLogger.warn({ err: error }, 'a fault in a call'),
    });
    this.live += 1;
    this.silence.add(call);
    callLogger.info({ assistant: assistant.id, earlierMessages: history.length }, 'call began');
    void call.ended.then(({ reason, durationMs }) => {
      this.live -= 1;
      this.ended.inc({ reason });
      callLogger.info({ reason, durationMs, usage: call.usage, droppedMs: call.droppedMs }, 'call ended');
    });
    return { call, conversationId: conversation.id };
  }
}
