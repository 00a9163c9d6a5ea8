import type { Message } from '@parley/protocol';
import { readUIMessageStream, uiMessageChunkSchema, type UIMessage, type UIMessageChunk } from 'ai';
import { ANSWER_TIMEOUTS, type AnswerEnd } from '../answer/answer';
import { streamAnswer, type AnswerRequest } from '../answer/stream-answer';
import { createChatModels } from '../models/chat-models';
import type { ConverseServer } from './converse-server';

const hello: Message = {
  type: 'message',
  id: 'hello',
  seq: 1,
  conversationId: 'c',
  author: { kind: 'user', id: 'u', name: 'U' },
  createdAt: '2026-01-01T00:00:00.000Z',
  role: 'user',
  parts: [{ type: 'text', text: 'Hello' }],
};

export const timeouts = (more: Partial<typeof ANSWER_TIMEOUTS>) => ({ ...ANSWER_TIMEOUTS, ...more });

/** A question to the model behind this server. */
export function requestTo(server: Pick<ConverseServer, 'url'>, more: Partial<AnswerRequest> = {}): AnswerRequest {
  const models = createChatModels({ default: 'bedrock:test.model-v1:0', region: 'eu-central-1', endpoint: server.url });
  return {
    assistant: { limits: { maxOutputTokens: 100, steps: 3 } },
    models: [models('default')],
    messageId: 'msg_1',
    history: [hello],
    instructions: 'Be kind.',
    principalId: 'alice',
    conversationId: 'conversation',
    signal: new AbortController().signal,
    onEnd: () => undefined,
    ...more,
  };
}

/** Asks, reads all of the answer, and checks what every answer promises. */
export async function ask(server: ConverseServer, more: Partial<AnswerRequest> = {}) {
  const ends: AnswerEnd[] = [];
  const chunks: UIMessageChunk[] = [];
  const request = requestTo(server, { onEnd: (end) => void ends.push(end), ...more });
  await streamAnswer(request, (chunk) => chunks.push(chunk));
  expect(chunks[0]).toEqual({ type: 'start', messageId: 'msg_1' });
  const terminals = chunks.filter(({ type }) => ['finish', 'error', 'abort'].includes(type));
  expect(terminals).toEqual([chunks.at(-1)]);
  expect(chunks.at(-1)?.type).not.toBe('abort');
  // What the SDK's own client accepts, and what it makes of it, is what we say that was seen.
  for (const chunk of chunks) expect(await uiMessageChunkSchema().validate?.(chunk)).toMatchObject({ success: true });
  const [end] = ends;
  if (more.onEnd === undefined) {
    expect(ends).toHaveLength(1);
    expect((await clientSees(chunks)).parts).toMatchObject(end?.parts ?? []);
  }
  return { chunks, end, terminal: chunks.at(-1), types: chunks.map(({ type }) => type) };
}

async function clientSees(chunks: UIMessageChunk[]): Promise<UIMessage> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) if (chunk.type !== 'error') controller.enqueue(chunk);
      controller.close();
    },
  });
  let last: UIMessage = { id: '', role: 'assistant', parts: [] };
  for await (const state of readUIMessageStream({ stream })) last = state;
  return { ...last, parts: last.parts.filter(({ type }) => type !== 'step-start') };
}
