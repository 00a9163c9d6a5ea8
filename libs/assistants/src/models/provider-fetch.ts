import { responseTo, send, textRequest } from './provider-request';

/**
 * `fetch` for the providers' packages, over Node's own HTTP: what they send is a text, and what they read is a stream that
 * stays open for long and comes in small pieces. Of both Node's `fetch` takes more than the bytes are worth, in processor
 * time for each piece and in memory for each stream. Whatever is not of this kind, and what is sent elsewhere, is left to it.
 */
export const providerFetch: typeof fetch = async (input, init) => {
  const request = textRequest(input, init);
  if (request === undefined) return fetch(input, init);
  const message = await send(request);
  const { statusCode: status = 0 } = message;
  if (status < 300 || status >= 400) return responseTo(message);
  message.destroy();
  return fetch(input, init);
};
