import { readSessionCookie, sessionCookie, type SessionCookie } from './session-cookies';

const COOKIE: SessionCookie = { name: 'parley_x', path: '/', sameSite: 'lax' };
const host = 'app.example.com';
const read = (cookie: string) => readSessionCookie(COOKIE, { host, cookie });

it('reads what it gave, among other cookies', () => {
  for (const value of ['g1.a-b_c.9', 'a+b/c==; d']) {
    const given = sessionCookie(COOKIE, { host }, value, 1_000).split(';')[0]!;
    expect(read(`a=b; ${given};c=d`)).toBe(value);
  }
});

it('reads nothing where there are two that differ: one of them is somebody else’s', () => {
  expect(read('__Secure-parley_x=theirs; __Secure-parley_x=ours')).toBeUndefined();
  expect(read('__Secure-parley_x=ours; __Secure-parley_x=ours')).toBe('ours');
});

it.each([
  '',
  '__Secure-parley_x=',
  '__Secure-parley_x',
  'parley_x=without-the-prefix',
  'x__Secure-parley_x=longer',
  '__Secure-parley_xx=longer',
  '__secure-parley_x=another case',
])('reads nothing in "%s"', (cookie) => expect(read(cookie)).toBeUndefined());
