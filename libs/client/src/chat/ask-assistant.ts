import type { UIMessageChunk } from 'ai';
import { createParser } from 'eventsource-parser';
import { asClientError, ClientError } from '../core/client-error';
import { authorizedFetch, type HttpOptions } from '../core/authorized-fetch';
import { httpUrl } from '../core/urls';
import { asChatError } from './chat-error';
import { resumingFetch, type ResumeOptions } from './resuming-fetch';

export interface Question {
  /** The conversation, made on first use: a UUID. */
  conversationId: string;
  text: string;
  /** The question's own id: asked again under it, the answer that is being written is joined. Default: a new one. */
  id?: string;
  assistant?: string;
  /** What the assistant should know of the page, as its `contextSchema` says. */
  context?: Record<string, unknown>;
  /** Ends the reading, not the answer: that is `ChatClient.stop`. */
  signal?: AbortSignal;
}

/**
 * Asks in writing and gives the answer as it is written, over lines that break: what `createChatTransport` is to `useChat`,
 * for pages without the AI SDK. Yields its chunks, the first of which, `start`, has the id that its message will have in the
 * log. Throws ClientError for a refusal, for an answer that broke off, and for one whose end did not come (`answer_failed`);
 * what became of such a one is in the log.
 */
export async function* askAssistant(
  options: HttpOptions & ResumeOptions,
  question: Question,
): AsyncGenerator<UIMessageChunk, void, undefined> {
  const { conversationId, text, id = crypto.randomUUID(), assistant, context, signal } = question;
  const url = (path: string) => httpUrl(options.baseUrl ?? '', path);
  const send = resumingFetch(
    authorizedFetch(options),
    () => url(`/api/chat/${encodeURIComponent(conversationId)}/stream`),
    options,
  );
  const messages = [{ id, role: 'user', parts: [{ type: 'text', text }] }];
  const body = JSON.stringify({ id: conversationId, messages, trigger: 'submit-message', assistant, context });
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await send(url('/api/chat'), { method: 'POST', headers, body, signal: signal ?? null });
    for await (const chunk of chunksOf(response.body!)) {
      if (chunk.type === 'error') throw asChatError(new Error(chunk.errorText));
      yield chunk;
      if (chunk.type === 'finish' || chunk.type === 'abort') return;
    }
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    throw thrown instanceof ClientError ? thrown : asClientError(thrown);
  }
  throw asChatError(new Error(''));
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<UIMessageChunk> {
  const read: UIMessageChunk[] = [];
  const parser = createParser({ onEvent: ({ data }) => read.push(JSON.parse(data) as UIMessageChunk) });
  const text = new TextDecoder();
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parser.feed(text.decode(next.value, { stream: true }));
      yield* read.splice(0);
    }
  } finally {
    reader.cancel().catch(() => undefined); // it may be broken already
  }
}
