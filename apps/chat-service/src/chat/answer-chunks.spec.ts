import type { Message } from '@parley/protocol';
import { uiMessageChunkSchema } from 'ai';
import { answerChunks, brokenStream } from './answer-chunks';

const message: Message = {
  type: 'message',
  id: 'generation',
  seq: 2,
  conversationId: 'conversation',
  role: 'assistant',
  author: { kind: 'assistant', id: 'general', name: 'Parley' },
  parts: [
    { type: 'text', text: 'One moment.' },
    { type: 'tool-weather', state: 'output-available' },
    { type: 'text', text: 'It rains.' },
  ],
  createdAt: '2026-01-01T00:00:00.000Z',
};

it.each([
  ['whole', message, true, { type: 'finish', finishReason: 'stop' }],
  ['stopped', { ...message, interrupted: true }, true, { type: 'finish', finishReason: 'interrupted' }],
  ['broken off', { ...message, interrupted: true }, false, brokenStream()],
] as const)(
  'tells an answer that is %s so that the AI SDK knows every chunk, with one last',
  async (_, kept, good, last) => {
    const chunks = answerChunks(kept, good);
    // A type that it does not know ends a chat with an error.
    for (const chunk of chunks) expect(await uiMessageChunkSchema().validate?.(chunk)).toMatchObject({ success: true });
    expect(chunks[0]).toMatchObject({ type: 'start', messageId: 'generation' });
    expect(chunks.at(-1)).toEqual(last);
    expect(chunks.filter(({ type }) => type === 'finish' || type === 'error')).toHaveLength(1);
    const told = chunks.filter(({ type }) => type === 'text-delta').map(({ delta }) => delta);
    expect(told).toEqual(['One moment.', 'It rains.']);
  },
);
