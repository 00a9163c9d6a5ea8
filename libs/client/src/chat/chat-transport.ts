import { DefaultChatTransport, type UIMessage } from 'ai';
import { authorizedFetch, type HttpOptions } from '../core/authorized-fetch';
import { httpUrl } from '../core/urls';
import { resumingFetch, type ResumeOptions } from './resuming-fetch';

export interface ChatTransportOptions extends HttpOptions, ResumeOptions {
  /** Added to each question: which assistant is to answer, in which language, and what it should know of the page. Read for each request. */
  body?: () => { assistant?: string; language?: string; context?: Record<string, unknown> };
}

/**
 * What `useChat` needs to talk to Parley: the token, renewed when it has to be, the hash of the exact body, and answers
 * that survive a broken line. An answer that is not 2xx is thrown as ClientError, so `error` of the hook has a `code` and
 * a message for people. An answer that ends without `finish` (`finishReason` of `onFinish` is undefined) is to be read
 * from the log.
 */
export function createChatTransport<M extends UIMessage = UIMessage>(
  options: ChatTransportOptions,
): DefaultChatTransport<M> {
  const { baseUrl = '' } = options;
  const send = resumingFetch(
    authorizedFetch(options),
    (input, { body }) =>
      typeof body === 'string'
        ? httpUrl(baseUrl, `/api/chat/${encodeURIComponent((JSON.parse(body) as { id: string }).id)}/stream`)
        : input, // a resume already
    options,
  );
  return new DefaultChatTransport<M>({
    api: httpUrl(baseUrl, '/api/chat'),
    body: options.body,
    fetch: (input, init = {}) => send(String(input), init),
  });
}
