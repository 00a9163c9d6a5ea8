/** One event of an SSE stream. */
export interface SseEvent {
  id: string | undefined;
  data: string;
}

/** The events of a piece of a stream that are whole. */
export const eventsOf = (text: string): SseEvent[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      return data === undefined ? [] : [{ id: /^id: (.*)$/m.exec(block)?.[1], data }];
    });

/** Reads a stream until `enough` of it is there, then cuts the connection. */
export async function readUntil(response: Response, enough: (text: string) => boolean): Promise<string> {
  const reader = response.body!.getReader();
  let text = '';
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += Buffer.from(value).toString();
  }
  await reader.cancel();
  return text;
}

/** The body of a `POST /api/chat`. */
export const question = (id: string, text: string, messageId: string) =>
  JSON.stringify({
    id,
    messages: [{ id: messageId, role: 'user', parts: [{ type: 'text', text }] }],
    trigger: 'submit-message',
  });
