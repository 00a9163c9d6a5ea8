import { DefaultChatTransport, type UIMessage } from 'ai';
import { authorizedFetch, type HttpOptions } from '../core/authorized-fetch';
import { httpUrl } from '../core/urls';

export interface ChatTransportOptions extends HttpOptions {
  /** Added to each question: which assistant is to answer, and what it should know of the page. Read for each request. */
  body?: () => { assistant?: string; context?: Record<string, unknown> };
}

/**
 * What `useChat` needs to talk to Parley: the token, renewed when it has to be, and the hash of the exact body. An answer
 * that is not 2xx is thrown as ClientError, so `error` of the hook has a `code` and a message for people.
 */
export function createChatTransport<M extends UIMessage = UIMessage>(
  options: ChatTransportOptions,
): DefaultChatTransport<M> {
  const send = authorizedFetch(options);
  return new DefaultChatTransport<M>({
    api: httpUrl(options.baseUrl ?? '', '/api/chat'),
    body: options.body,
    fetch: (input, init = {}) => send(String(input), init),
  });
}
