import * as http from 'node:http';
import * as https from 'node:https';

/** An idle connection is used again for as long as Node's own `fetch` would: nobody closes it in this time. */
const IDLE_MS = 4_000;

const plain = { request: http.request, agent: new http.Agent({ keepAlive: true, timeout: IDLE_MS }) };
const secure = { request: https.request, agent: new https.Agent({ keepAlive: true, timeout: IDLE_MS }) };

/**
 * `fetch` for the providers' packages, over Node's own HTTP: what they send is a text, and what they read is a stream that
 * stays open for long and comes in small pieces. Of both Node's `fetch` takes more than the bytes are worth, in processor
 * time for each piece and in memory for each stream. Whatever is not of this kind, and what is sent elsewhere, is left to it.
 *
 * The stream is read as fast as it comes, whoever reads it: an answer is bounded by its assistant's limits.
 */
export const providerFetch: typeof fetch = async (input, init = {}) => {
  const { method, headers, body, signal } = init;
  if (input instanceof Request || typeof body !== 'string') return fetch(input, init);
  const url = new URL(input);
  const { request, agent } = url.protocol === 'https:' ? secure : plain;
  const options = { method, headers: Object.fromEntries(new Headers(headers)), agent, ...(signal && { signal }) };
  const answered = Promise.withResolvers<http.IncomingMessage>();
  // Nothing that is kept for as long as the stream may hold what was sent.
  request(url, options, answered.resolve).on('error', answered.reject).end(body);
  const message = await answered.promise.catch(failed);
  const { statusCode: status = 0, statusMessage: statusText = '' } = message;
  if (status >= 300 && status < 400) {
    message.destroy();
    return fetch(input, init);
  }
  return new Response(status === 204 ? null : streamOf(message), { status, statusText, headers: headersOf(message) });
};

/** As `fetch` says it: for the providers' packages a reason to ask again. */
function failed(cause: Error): never {
  throw cause.name === 'AbortError' ? cause : new TypeError('fetch failed', { cause });
}

function streamOf(message: http.IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      message.on('data', (bytes: Buffer) => controller.enqueue(bytes));
      message.on('end', () => controller.close());
      message.on('error', (cause) => controller.error(new TypeError('terminated', { cause })));
    },
    cancel() {
      // What has arrived already still comes, and nobody takes it.
      message.removeAllListeners('data').removeAllListeners('end').destroy();
    },
  });
}

function headersOf({ rawHeaders }: http.IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  return headers;
}
