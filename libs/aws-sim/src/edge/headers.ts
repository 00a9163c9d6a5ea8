import type { IncomingMessage } from 'node:http';

/** About one connection, not about the message (RFC 9110 7.6.1); never forwarded. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Removed or written anew by CloudFront, whatever the viewer sent. */
const TAKEN_FROM_VIEWERS =
  /^(x-amz-cf-id|x-edge-.*|cloudfront-.*|x-forwarded-(for|proto)|x-real-ip|x-origin-verify|via|expect)$/;

type Pairs = [name: string, value: string][];

export interface OriginHeaderFacts {
  requestId: string;
  originSecret?: string | undefined;
}

/** The headers that a service gets, flat as `rawHeaders`: all of the viewer's (policy AllViewer, `Host` included) but some. */
export function toOrigin(request: IncomingMessage, facts: OriginHeaderFacts): string[] {
  const viewer = (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  const before = headerList(request, 'x-forwarded-for');
  const kept = endToEnd(request).filter(([name]) => !TAKEN_FROM_VIEWERS.test(name.toLowerCase()));
  const added: Pairs = [
    ['X-Forwarded-For', [...before, viewer].join(', ')],
    ['CloudFront-Viewer-Address', `${viewer}:${request.socket.remotePort ?? 0}`],
    ['CloudFront-Forwarded-Proto', 'http'],
    ['Via', [...headerList(request, 'via'), `${request.httpVersion} edge.parley.local (CloudFront)`].join(', ')],
    ['X-Amz-Cf-Id', facts.requestId],
  ];
  if (facts.originSecret !== undefined) added.push(['X-Origin-Verify', facts.originSecret]);
  return [...kept, ...added].flat();
}

/** The headers that a viewer gets, flat as `rawHeaders`. */
export function toViewer(answer: IncomingMessage, requestId: string): string[] {
  const kept = endToEnd(answer).filter(([name]) => !/^(x-amz-cf-id|x-cache)$/i.test(name));
  return [...kept, ...edgeHeaders(requestId, 'Miss')].flat();
}

/** What the edge adds to every answer. */
export const edgeHeaders = (requestId: string, result: 'Miss' | 'Hit' | 'Error'): Pairs => [
  ['Via', '1.1 edge.parley.local (CloudFront)'],
  ['X-Cache', `${result} from cloudfront`],
  ['X-Amz-Cf-Id', requestId],
];

/** All headers but those of the connection and those that `Connection` names. */
function endToEnd(message: IncomingMessage): Pairs {
  const named = new Set(headerList(message, 'connection').map((name) => name.toLowerCase()));
  return pairs(message.rawHeaders).filter(([name]) => {
    const lower = name.toLowerCase();
    return !HOP_BY_HOP.has(lower) && !named.has(lower);
  });
}

function headerList(message: IncomingMessage, name: string): string[] {
  return pairs(message.rawHeaders)
    .filter(([header]) => header.toLowerCase() === name)
    .flatMap(([, value]) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

function pairs(rawHeaders: readonly string[]): Pairs {
  const found: Pairs = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    found.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  return found;
}
