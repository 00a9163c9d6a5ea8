import { clientAddress } from './client-address';
import { readCredential, withoutCredentials } from './credential';
import { RefusalLimiter } from './refusal-limiter';

describe('readCredential', () => {
  const query = (text: string) => new URLSearchParams(text);

  it.each([
    ['nothing', {}, undefined],
    ['an empty bearer', { authorization: ['Bearer '] }, undefined],
    ['another scheme', { authorization: ['AWS4-HMAC-SHA256 Credential=x'] }, undefined],
    ['a bearer', { authorization: ['bearer  a.b.c'] }, { kind: 'token', value: 'a.b.c' }],
    ['a subprotocol', { subprotocols: 'parley.v1, bearer.a.b.c' }, { kind: 'token', value: 'a.b.c' }],
    ['an empty subprotocol', { subprotocols: 'bearer., parley.v1' }, undefined],
    ['a query', { query: query('token=a.b.c') }, { kind: 'token', value: 'a.b.c' }],
    ['a ticket', { query: query('ticket=t') }, { kind: 'ticket', value: 't' }],
    ['empty values', { query: query('token=&ticket=') }, undefined],
    ['a guest session', { authorization: ['Guest s.1'] }, { kind: 'guest', value: 's.1' }],
    ['a guest subprotocol', { subprotocols: 'guest.s.1' }, { kind: 'guest', value: 's.1' }],
    ['a forwarded bearer', { forwardedAuthorization: ['Bearer a'] }, { kind: 'token', value: 'a' }],
    ['no forwarded guest', { forwardedAuthorization: ['Guest a'] }, undefined],
    [
      'a signed origin',
      { authorization: ['AWS4-HMAC-SHA256 x'], forwardedAuthorization: ['Bearer a'] },
      { kind: 'token', value: 'a' },
    ],
    ['the same twice', { authorization: ['Bearer a'], query: query('token=a') }, { kind: 'token', value: 'a' }],
  ])('reads %s', (_, source, expected) => expect(readCredential(source)).toEqual(expected));

  it.each([
    ['two tokens', { authorization: ['Bearer a'], query: query('token=b') }],
    ['the same kind twice', { query: query('token=a&token=b') }],
    ['two headers', { authorization: ['Bearer a', 'Bearer b'] }],
    ['the same header twice', { authorization: ['Bearer a', 'Bearer a'] }],
    ['the same query twice', { query: query('ticket=a&ticket=a') }],
    ['a token and a guest session', { authorization: ['Bearer a'], subprotocols: 'guest.a' }],
    ['two guest subprotocols', { subprotocols: 'guest.a, guest.b' }],
    ['a forwarded one that differs', { authorization: ['Bearer a'], forwardedAuthorization: ['Bearer b'] }],
    ['a token and a ticket', { subprotocols: 'bearer.a', query: query('ticket=a') }],
  ])('refuses %s', (_, source) => expect(() => readCredential(source)).toThrow('Invalid authentication token'));
});

it.each([
  ['parley.v1, bearer.a.b.c', 'parley.v1'],
  ['guest.s.1 ,parley.v1,v2', 'parley.v1,v2'],
  ['v2, v2', 'v2, v2'],
  ['bearer.a', undefined],
  // Not in order, and still not when the credential is gone.
  [',bearer.a', ''],
  ['parley.v1,,bearer.a', 'parley.v1,'],
])('of the subprotocols "%s" those are left that carry no credential', (header, left) =>
  expect(withoutCredentials(header)).toBe(left),
);

describe('clientAddress', () => {
  const from = (remoteAddress: string, headers = {}) => ({ headers, socket: { remoteAddress } });

  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('counts %s as %s', (address, expected) => expect(clientAddress(from(address))).toBe(expected));

  it('reads the header of the trusted hop only when one is configured', () => {
    const request = from('10.0.0.1', { 'cloudfront-viewer-address': '203.0.113.9:4711', 'x-forwarded-for': '1.1.1.1' });
    expect(clientAddress(request)).toBe('10.0.0.1');
    expect(clientAddress(request, 'CloudFront-Viewer-Address')).toBe('203.0.113.9');
    expect(
      clientAddress(
        from('10.0.0.1', { 'cloudfront-viewer-address': '2001:db8:1:2:3:4:5:6:4711' }),
        'cloudfront-viewer-address',
      ),
    ).toBe('2001:db8:1:2::/64');
  });

  it.each(['203.0.113.9', '203.0.113.9:1, 198.51.100.1:2', 'nonsense:1', ':1', ''])(
    'counts by the socket when the trusted header is no address: "%s"',
    (told) => expect(clientAddress(from('10.0.0.1', { 'x-viewer': told }), 'x-viewer')).toBe('10.0.0.1'),
  );
});

describe('RefusalLimiter', () => {
  it('lets 30 refusals through, then one every 2 s, for each address apart', () => {
    let now = 0;
    const limiter = new RefusalLimiter({ now: () => now });
    for (let n = 0; n < 30; n += 1) expect(limiter.take('a')).toBeUndefined();
    expect(limiter.take('a')).toBe(2_000);
    expect(limiter.take('b')).toBeUndefined();
    now += 2_000;
    expect(limiter.take('a')).toBeUndefined();
    expect(limiter.take('a')).toBe(2_000);
  });

  it('is bounded by the number of addresses', () => {
    const limiter = new RefusalLimiter({ addresses: 2, size: 1, now: () => 0 });
    for (const address of ['a', 'b', 'c']) limiter.take(address);
    expect(limiter.take('c')).toBe(2_000);
    expect(limiter.take('a')).toBeUndefined();
  });
});
