import * as http from 'node:http';
import * as https from 'node:https';

/** An idle connection is used again for as long as Node's own `fetch` would: nobody closes it in this time. */
const IDLE_MS = 4_000;

const plain = { request: http.request, agent: new http.Agent({ keepAlive: true, timeout: IDLE_MS }) };
const secure = { request: https.request, agent: new https.Agent({ keepAlive: true, timeout: IDLE_MS }) };

/** What the providers' packages send. */
export interface TextRequest {
  url: URL;
  method: string;
  /** By names in lower case. */
  headers: Record<string, string>;
  body: string;
  signal?: AbortSignal;
}

/** What `fetch` was given, if it is a text to be sent. */
export function textRequest(...[input, init = {}]: Parameters<typeof fetch>): TextRequest | undefined {
  const { method = 'GET', headers, body, signal } = init;
  if (input instanceof Request || typeof body !== 'string') return undefined;
  const named = Object.fromEntries(new Headers(headers));
  return { url: new URL(input), method, headers: named, body, ...(signal && { signal }) };
}

/**
 * Sends a text over Node's own HTTP. Resolves with the beginning of the answer; nothing of it is read before somebody does.
 * Nothing that is kept for as long as the stream holds what was sent, or the dozen listeners by which Node itself heeds a
 * signal.
 *
 * @throws why `signal` aborted, or TypeError as `fetch` words it, for the providers' packages a reason to ask again
 */
export async function send({ url, method, headers, body, signal }: TextRequest): Promise<http.IncomingMessage> {
  signal?.throwIfAborted();
  const { request, agent } = url.protocol === 'https:' ? secure : plain;
  const answered = Promise.withResolvers<http.IncomingMessage>();
  const sent = request(url, { method, headers: rawHeaders(url, headers, body), agent }, answered.resolve);
  sent.on('error', (cause) => answered.reject(new TypeError('fetch failed', { cause })));
  if (signal !== undefined) {
    const abort = () => {
      answered.reject(signal.reason);
      sent.destroy();
    };
    signal.addEventListener('abort', abort);
    sent.on('close', () => signal.removeEventListener('abort', abort));
  }
  sent.end(body);
  return answered.promise;
}

/** As Node sends them as they are, without a record of each. */
const rawHeaders = ({ host }: URL, headers: TextRequest['headers'], body: string): string[] =>
  Object.entries({ host, ...headers, 'content-length': String(Buffer.byteLength(body)) }).flat();

/** As `fetch` says that a body breaks off. */
export const terminated = (cause: Error): TypeError => new TypeError('terminated', { cause });

export function responseTo(message: http.IncomingMessage): Response {
  return new Response(message.statusCode === 204 ? null : streamOf(message), headOf(message));
}

/** All of a response but its body. */
export function headOf({ statusCode: status, statusMessage: statusText, rawHeaders }: http.IncomingMessage) {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  return { status: status!, statusText: statusText!, headers };
}

/** It is read as fast as it comes, whoever reads it: an answer is bounded by its assistant's limits. */
function streamOf(message: http.IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      message.on('data', (bytes: Buffer) => controller.enqueue(bytes));
      message.on('end', () => controller.close());
      message.on('error', (cause) => controller.error(terminated(cause)));
    },
    cancel: () => letGo(message),
  });
}

/** Ends the provider's request. What has arrived already still comes, and nobody takes it. */
export function letGo(message: http.IncomingMessage): void {
  message.removeAllListeners('data').removeAllListeners('end').destroy();
}
