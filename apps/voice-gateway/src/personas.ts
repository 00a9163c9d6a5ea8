import { randomBytes } from 'node:crypto';
import {
  TOOL_LIMITS,
  buildInstructions,
  inputSchemaJson,
  runTool,
  toolsOf,
  type Assistant,
  type Tool,
} from '@parley/assistants';
import type { Logger } from 'pino';
import type { NovaProfile } from './call/nova/profiles';
import type { CallTool } from './call/ports/call-tool.port';

/** A tool that the model waits for without a word may take so long: longer silence is taken for a broken line. */
const WAITED_FOR_MS = 4_000;

/** Assistants as a call needs them: spoken instructions, a voice, tools that always answer. */
export class Personas {
  constructor(
    private readonly tools: readonly Tool[],
    private readonly logger: Logger,
    private readonly profile: Pick<NovaProfile, 'asyncTools' | 'limits'>,
    private readonly now: () => number = Date.now,
  ) {}

  forCall(assistant: Assistant, principalId: string, conversationId: string, language?: string) {
    const nonce = randomBytes(16).toString('hex');
    const tools = toolsOf(assistant, this.tools);
    const limits = {
      timeoutMs: this.profile.asyncTools ? TOOL_LIMITS.timeoutMs : WAITED_FOR_MS,
      maxResultCharacters: this.profile.limits.toolResultCharacters,
    };
    return {
      instructions: buildInstructions(assistant, {
        ...{ mode: 'voice', now: this.now(), nonce },
        ...(language === undefined ? {} : { language }),
      }),
      voiceId: assistant.voice,
      maxTokens: assistant.limits.maxOutputTokens,
      tools: tools.map((tool): CallTool => ({
        name: tool.name,
        description: tool.description,
        inputSchemaJson: inputSchemaJson(tool),
        run: (argumentsText, signal) =>
          runTool(
            tools,
            { name: tool.name, arguments: argumentsText },
            { principalId, conversationId, signal },
            limits,
            (what, cause) => this.logger.warn({ err: cause, conversationId }, what),
          ),
      })),
    };
  }
}
