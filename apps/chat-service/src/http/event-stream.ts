import type { Response } from 'express';
import type { LoggedChunk } from '@parley/conversations';

/** A comment this often keeps every hop between here and the browser from taking silence for death. */
const HEARTBEAT_MS = 15_000;

/** The chunks of a generation to be told, and how they are named. */
export interface StreamedGeneration {
  generationId: string;
  follow(options: { after: number; signal: AbortSignal }): AsyncIterable<LoggedChunk>;
}

/** `<generation>.<place>`: a cursor of another generation counts as none, so all of this one is told. */
export function placeAfter(generationId: string, cursor: string | undefined): number {
  const place = cursor?.startsWith(`${generationId}.`) ? Number(cursor.slice(generationId.length + 1)) : 0;
  return Number.isSafeInteger(place) && place >= 0 ? place : 0;
}

/**
 * Streams a generation as Server-Sent Events in the AI SDK's UI message stream protocol: each chunk with its cursor as
 * `id`, `[DONE]` after the last. The first byte goes out at once; the reader's own pace holds up nobody else.
 */
export async function streamGeneration(
  response: Response,
  { generationId, follow }: StreamedGeneration,
  options: { cursor?: string; heartbeatMs?: number; beforeEnd?: () => Promise<void> } = {},
): Promise<void> {
  const left = new AbortController();
  const leave = () => left.abort();
  response.on('close', leave).on('error', leave);
  // Who left while the answer was looked for has closed already, and says so no more.
  if (response.destroyed) return options.beforeEnd?.();
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-vercel-ai-ui-message-stream': 'v1',
  });
  // One write, in which the headers are a text of their own: joined to the first chunk they would stay the dozen pieces that
  // Node makes of them, for as long as the response is open.
  response.cork();
  response.flushHeaders();
  response.write(': stream-open\n\n');
  response.uncork();
  const heartbeat = setInterval(() => response.write(': alive\n\n'), options.heartbeatMs ?? HEARTBEAT_MS);
  try {
    const after = placeAfter(generationId, options.cursor);
    for await (const { at, json } of follow({ after, signal: left.signal })) {
      if (!response.write(`id: ${generationId}.${at}\ndata: ${json}\n\n`)) await drained(response, left.signal);
    }
    await options.beforeEnd?.();
    if (!left.signal.aborted) response.end('data: [DONE]\n\n');
  } finally {
    clearInterval(heartbeat);
  }
}

function drained(response: Response, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    signal.addEventListener('abort', done);
  });
}
