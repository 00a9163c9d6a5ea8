/** A question in writing, and its answer as it is written: what `useChat` does in a page. */
import { ChatClient, createChatTransport } from '@parley/client';

export async function ask(baseUrl: string, token: string, question: string): Promise<string> {
  const options = { baseUrl, tokenSource: { token: () => Promise.resolve(token) } };
  const { id } = await new ChatClient(options).create({ title: 'Example' });
  const stream = await createChatTransport(options).sendMessages({
    chatId: id,
    trigger: 'submit-message',
    messageId: undefined,
    messages: [{ id: crypto.randomUUID(), role: 'user', parts: [{ type: 'text', text: question }] }],
    abortSignal: undefined,
  });
  let answer = '';
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (next.value.type === 'text-delta') answer += next.value.delta;
  }
  return answer;
}
