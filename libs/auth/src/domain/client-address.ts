import { isIP, isIPv6 } from 'node:net';

/** The facts of a request that say where it comes from. */
export interface AddressSource {
  headers: Record<string, string | string[] | undefined>;
  socket: { remoteAddress?: string | undefined };
}

/**
 * The address refusals and limits are counted by: the socket's, or what the trusted hop wrote into `trustedHeader`
 * (`CloudFront-Viewer-Address` is `address:port`). IPv6 counts per /64, the least a subscriber is given.
 */
export function clientAddress(request: AddressSource, trustedHeader?: string): string {
  const header = trustedHeader === undefined ? undefined : request.headers[trustedHeader.toLowerCase()];
  const told = typeof header === 'string' ? withoutPort(header) : undefined;
  return network(told ?? request.socket.remoteAddress ?? 'unknown');
}

function withoutPort(viewer: string): string | undefined {
  const colon = viewer.lastIndexOf(':');
  const bracketed = viewer.startsWith('[') && viewer[colon - 1] === ']';
  const address = colon > 0 ? viewer.slice(bracketed ? 1 : 0, bracketed ? colon - 1 : colon) : '';
  return isIP(address) === 0 ? undefined : address;
}

function network(address: string): string {
  if (!address.includes(':')) return address;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
