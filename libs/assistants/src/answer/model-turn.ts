import type { UIMessageChunk } from 'ai';
import type { Assistant } from '../domain/assistant';
import { jsonSchemaOf } from '../domain/catalog';
import type { Turn } from '../domain/history';
import { TOOL_LIMITS, runTool } from '../domain/run-tool';
import type { Tool } from '../domain/tool';
import type { ChatModel, ModelCall, ModelParts, Prompt } from '../models/chat-model';
import { ANSWER_TIMEOUTS, type AnswerTimeouts, type AnswerUsage } from './answer';
import { askAgain } from './asking-again';
import { ModelStep, type Finish } from './model-step';
import type { ToolCall } from './tool-call';
import type { AnswerWatch } from './watch';

/** Before a step's first piece, at most this many times again. */
const MAX_RETRIES = 2;

export interface TurnRequest {
  assistant: Pick<Assistant, 'limits'>;
  model: ChatModel;
  turns: readonly Turn[];
  instructions: string;
  tools?: readonly Tool[];
  principalId: string;
  conversationId: string;
  /** Ends the turn, and the provider's request with it. */
  abort: AbortSignal;
  watch: AnswerWatch;
  timeouts?: AnswerTimeouts;
  maxRetries?: number;
  mergeMs?: number;
  report?: (what: string, cause: unknown) => void;
}

/** How a model ended its turn. */
export interface TurnEnd {
  /** Of its last step. */
  finish: Finish;
  /** Of all steps, as far as the provider counted them. */
  usage: Partial<AnswerUsage>;
}

/**
 * A model's turn: it says something or calls tools, hears what they gave, and goes on, until it calls none or has had all its
 * steps. Its tools are run all at once, when it has ended its step and means them.
 */
export class ModelTurn {
  /** Model calls that were begun. */
  steps = 0;

  constructor(private readonly request: TurnRequest) {}

  /**
   * @param pass told of each chunk as it comes; must not throw
   * @throws what the provider reported or what broke its connection, and why `abort` fired
   */
  async take(pass: (chunk: UIMessageChunk) => void): Promise<TurnEnd> {
    const { abort, watch, assistant, tools = [], mergeMs, report = () => undefined } = this.request;
    const prompt = this.prompt();
    const usage: TurnEnd['usage'] = {};
    for (;;) {
      const step = new ModelStep({ tools, pass, watch, report, ...(mergeMs === undefined ? {} : { mergeMs }) });
      const finish = await step.read(await this.ask(prompt), abort);
      add(usage, finish.usage);
      await Promise.all(
        step.due.map(async (call) => {
          const output = await this.run(call);
          abort.throwIfAborted();
          step.answer(call, output);
        }),
      );
      watch.see({ type: 'finish-step' });
      pass({ type: 'finish-step' });

      const next = step.next;
      if (next === undefined || this.steps >= assistant.limits.steps) return { finish, usage };
      prompt.push(...next);
    }
  }

  private prompt(): Prompt {
    const { instructions, turns } = this.request;
    return [
      { role: 'system', content: instructions },
      ...turns.map(({ role, text }) => ({ role, content: [{ type: 'text' as const, text }] })),
    ];
  }

  private ask(prompt: Prompt): Promise<ModelParts> {
    const { model, assistant, abort, maxRetries = MAX_RETRIES } = this.request;
    abort.throwIfAborted();
    this.steps += 1;
    const call = {
      prompt: [...prompt],
      maxOutputTokens: assistant.limits.maxOutputTokens,
      ...this.offered,
      abortSignal: abort,
    };
    return askAgain(() => model.ask(call), maxRetries, abort);
  }

  /** Arguments are checked by `runTool`, which a model may send them to as it likes. */
  private get offered(): Pick<ModelCall, 'tools' | 'toolChoice'> {
    const { tools = [] } = this.request;
    if (tools.length === 0) return {};
    const offer = ({ name, description, inputSchema }: Tool) => ({
      type: 'function' as const,
      name,
      description,
      inputSchema: jsonSchemaOf(inputSchema),
    });
    return { tools: tools.map(offer), toolChoice: { type: 'auto' } };
  }

  private run({ called: { toolName: name }, input }: ToolCall): Promise<object> {
    const { tools = [], principalId, conversationId, abort: signal, report } = this.request;
    const limits = { ...TOOL_LIMITS, timeoutMs: (this.request.timeouts ?? ANSWER_TIMEOUTS).toolMs };
    return runTool(tools, { name, arguments: input }, { principalId, conversationId, signal }, limits, report);
  }
}

function add(sum: TurnEnd['usage'], { inputTokens, outputTokens }: Finish['usage']): void {
  if (inputTokens.total !== undefined) sum.inputTokens = (sum.inputTokens ?? 0) + inputTokens.total;
  if (outputTokens.total !== undefined) sum.outputTokens = (sum.outputTokens ?? 0) + outputTokens.total;
}
