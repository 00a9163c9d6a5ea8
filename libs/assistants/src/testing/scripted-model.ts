import { APICallError } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { z } from 'zod';
import { ANSWER_TIMEOUTS } from '../answer/answer';
import type { TurnRequest } from '../answer/model-turn';
import { AnswerWatch } from '../answer/watch';
import { defineTool } from '../domain/tool';
import type { ModelPart } from '../models/chat-model';
import { streamedModel } from '../models/streamed-model';

/** What one call of the model gives: its parts, then an end, a break of the connection, or a refusal before the first. */
export type Step = (ModelPart | 'break')[] | Error | ((stop: () => void) => ModelPart[]);

const usage = (input: number | undefined, output: number | undefined) => ({
  inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: output, text: output, reasoning: undefined },
});
export const finish = (unified: string, input: number | undefined = 7, output: number | undefined = 3) =>
  ({ type: 'finish', finishReason: { unified, raw: unified }, usage: usage(input, output) }) as ModelPart;
export const text = (id: string, ...pieces: string[]): ModelPart[] => [
  { type: 'text-start', id },
  ...pieces.map((delta): ModelPart => ({ type: 'text-delta', id, delta })),
  { type: 'text-end', id },
];
export const call = (toolCallId: string, toolName: string, input: string, more: object = {}): ModelPart[] => [
  { type: 'tool-input-start', id: toolCallId, toolName },
  { type: 'tool-input-delta', id: toolCallId, delta: input },
  { type: 'tool-input-end', id: toolCallId },
  { type: 'tool-call', toolCallId, toolName, input, ...more },
];
export const begin: ModelPart[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'response-metadata', id: 'r', modelId: 'm' },
];
export const done = [...text('0', 'It rains', '.'), finish('stop')];
export const metadata = { some: { signature: 'c2ln' } };
export const refusal = (statusCode: number, more: object = {}) =>
  new APICallError({ message: 'no', url: '', requestBodyValues: {}, statusCode, ...more });

const tools = [
  defineTool({
    name: 'weather',
    description: 'The weather',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => ({ city, rain: true }),
  }),
  defineTool({
    name: 'clock',
    description: 'The time',
    inputSchema: z.object({}),
    // Later than the other one, which was called after it.
    execute: () =>
      new Promise((resolve) => setImmediate(() => setImmediate(resolve, { time: 'noon', none: undefined }))),
  }),
];

/** A model that gives these steps, and the requests that it got. */
function scripted(steps: readonly Step[], stop: () => void) {
  const left = [...steps];
  return new MockLanguageModelV4({
    doStream: async () => {
      const step = left.shift() ?? new Error('asked too often');
      if (step instanceof Error) throw step;
      const parts = typeof step === 'function' ? step(stop) : step;
      return {
        stream: new ReadableStream<ModelPart>({
          pull(controller) {
            const part = parts.shift();
            if (part === 'break') controller.error(new TypeError('terminated'));
            else if (part === undefined) controller.close();
            else controller.enqueue(part);
          },
        }),
      };
    },
  });
}

/** A request to a model that gives these steps, and that model as its package would make it. */
export function requestOf(steps: readonly Step[]): TurnRequest & { provider: MockLanguageModelV4 } {
  const stop = new AbortController();
  const copies = steps.map((step) => (Array.isArray(step) ? [...step] : step));
  const provider = scripted(copies, () => stop.abort());
  return {
    assistant: { limits: { maxOutputTokens: 100, steps: 3 } },
    model: streamedModel(provider),
    provider,
    turns: [
      { role: 'user', text: 'Hi' },
      { role: 'assistant', text: 'Hello' },
      { role: 'user', text: 'Does it rain?' },
    ],
    instructions: 'Be kind.',
    tools,
    principalId: 'alice',
    conversationId: 'c',
    abort: stop.signal,
    watch: new AnswerWatch(ANSWER_TIMEOUTS, () => undefined),
  };
}
