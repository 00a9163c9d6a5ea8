import { formatLine } from './log-line';

const style = { service: 'chat-service', width: 13 };
const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
const show = (entry: object) => formatLine(JSON.stringify(entry), style);

it('shows service, time, level, message and facts', () => {
  expect(
    show({ level: 30, time, pid: 1, hostname: 'h', name: 'chat-service', msg: 'listening', port: 8080, who: 'a b' }),
  ).toBe('chat-service   03:04:05  INFO  listening port=8080 who="a b"');
});

it('reads levels as words and times as ISO 8601 too', () => {
  const line = show({ level: 'warn', time: new Date(time).toISOString(), service: 'x', msg: 'slow', reqId: 'r1' });
  expect(line).toBe('chat-service   03:04:05  WARN  slow reqId=r1');
});

it('shows a request in short, and its id last', () => {
  const req = { method: 'GET', path: '/api/x' };
  expect(show({ level: 30, time, requestId: 'r', req, res: { status: 200 }, msg: 'answered', durationMs: 4 })).toBe(
    'chat-service   03:04:05  INFO  answered GET /api/x 200 durationMs=4 requestId=r',
  );
});

it('shows objects as JSON', () => {
  expect(show({ level: 30, time, msg: 'm', usage: { tokens: 7 } })).toContain('usage={"tokens":7}');
});

it('shows the stack of an error below, indented', () => {
  const err = { type: 'TypeError', message: 'no', stack: 'TypeError: no\n    at a (b.ts:1:2)' };
  expect(show({ level: 50, time, msg: 'failed', err })).toBe(
    'chat-service   03:04:05  ERROR failed\n    TypeError: no\n        at a (b.ts:1:2)',
  );
});

it('passes lines that are not JSON through', () => {
  for (const line of ['(node:1) Warning: x', '{broken', '', '[1]'])
    expect(formatLine(line, style)).toBe(`chat-service   ${line}`);
});

it('survives entries with nothing in them', () => {
  expect(show({})).toBe('chat-service   --:--:--  INFO  ');
});

it('colours name and level only when asked to', () => {
  expect(show({ level: 50, time, msg: 'm' })).not.toContain('\u001b');
  expect(formatLine('{"level":50}', { ...style, colour: 1 })).toContain('\u001b[31mERROR');
});
