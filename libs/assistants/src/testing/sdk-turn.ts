import { isStepCount, jsonSchema, streamText, tool, toUIMessageStream, type ToolSet, type UIMessageChunk } from 'ai';
import type { TurnRequest } from '../answer/model-turn';
import type { ProviderModel } from '../models/chat-model';
import { jsonSchemaOf } from '../domain/catalog';
import { TOOL_LIMITS, runTool } from '../domain/run-tool';

/** What the AI SDK itself makes of a model: what our own turn is held to. */
export async function sdkTurn(request: TurnRequest & { provider: ProviderModel }) {
  const { provider: model, instructions, turns, assistant, abort, maxRetries = 2 } = request;
  const tools = toolsOf(request);
  const errors: unknown[] = [];
  const result = streamText({
    model,
    instructions,
    messages: turns.map(({ role, text }) => ({ role, content: text })),
    ...(tools === undefined ? {} : { tools }),
    stopWhen: isStepCount(assistant.limits.steps),
    maxOutputTokens: assistant.limits.maxOutputTokens,
    maxRetries,
    abortSignal: abort,
    onError: ({ error }) => void errors.push(error),
  });
  const onError = () => 'This tool cannot be used.';
  const options = { sendStart: false, sendReasoning: false, sendSources: true, onError };
  const chunks: UIMessageChunk[] = [];
  try {
    for await (const chunk of toUIMessageStream({ stream: result.stream, ...options })) chunks.push(chunk);
  } catch {
    chunks.push({ type: 'error', errorText: '' });
  }
  const usage = await Promise.resolve(result.usage).catch(() => undefined);
  return { chunks, errors, usage: { inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens } };
}

function toolsOf({ tools = [], principalId, conversationId, abort: signal }: TurnRequest): ToolSet | undefined {
  if (tools.length === 0) return undefined;
  const context = { principalId, conversationId, signal };
  return Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      name,
      tool({
        description,
        inputSchema: jsonSchema<Record<string, unknown>>(jsonSchemaOf(inputSchema)),
        execute: (input) => runTool(tools, { name, arguments: input }, context, TOOL_LIMITS),
      }),
    ]),
  );
}
