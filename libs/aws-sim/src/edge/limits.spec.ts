import { headBytes, MAX_HEAD_BYTES, refusalOf, routingPath } from './limits';

const request = (url: string, rawHeaders: string[] = [], headers = {}) => ({ method: 'GET', url, rawHeaders, headers });

it('counts the head as it stands on the wire', () => {
  expect(headBytes('GET', '/api', ['Host', 'h', 'A', 'b'])).toBe('GET /api HTTP/1.1\r\nHost: h\r\nA: b\r\n'.length);
});

it('takes a head of exactly 32,768 bytes and no more', () => {
  const room = MAX_HEAD_BYTES - headBytes('GET', '/api/x', ['X', '']);
  expect(refusalOf(request('/api/x', ['X', 'b'.repeat(room)]))).toBeUndefined();
  expect(refusalOf(request('/api/x', ['X', 'b'.repeat(room + 1)]))?.status).toBe(494);
});

it.each([
  ['/api/x?next=/../ws', '/api/x'],
  ['//evil.example/api/x', '//evil.example/api/x'],
  ['/api/../ws/chat', '/ws/chat'],
  ['/api/%2e%2e/ws/chat', '/ws/chat'],
  ['/../../api/x', '/api/x'],
])('routes %s as %s', (target, path) => expect(routingPath(target)).toBe(path));
