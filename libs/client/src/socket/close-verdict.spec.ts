import { CloseCode } from '@parley/protocol';
import { ClientError } from '../core/client-error';
import { verdictOnClose, type CloseVerdict } from './close-verdict';

const full = new ClientError({
  code: 'at_capacity',
  kind: 'unavailable',
  message: 'All lines are taken.',
  retryAfterMs: 9,
});
const on = (code: number, reason = '', lastError?: ClientError): CloseVerdict =>
  verdictOnClose({ code, reason, opened: true, ...(lastError === undefined ? {} : { lastError }) });

describe('a close', () => {
  const cases: [string, CloseVerdict, object][] = [
    ['1000', on(CloseCode.done), { act: 'end', reason: 'hangup' }],
    ['4408', on(CloseCode.idle), { act: 'end', reason: 'idle' }],
    ['4409', on(CloseCode.replaced), { act: 'end', reason: 'replaced' }],
    ['1008', on(CloseCode.refused, 'Invalid authentication token'), { act: 'reconnect', freshToken: true }],
    ['1008 of a guest', on(CloseCode.refused, 'Guests are not admitted here'), { act: 'fail', remedy: 'sign-in' }],
    ['4401', on(CloseCode.tokenExpired, 'Token expired'), { act: 'reconnect', freshToken: true }],
    ['4401 of a sign-out', on(CloseCode.tokenExpired, 'Signed out'), { act: 'fail', remedy: 'sign-in' }],
    ['4403', on(CloseCode.forbidden, 'Not for you'), { act: 'fail', remedy: 'none' }],
    ['1007', on(CloseCode.invalidData), { act: 'fail', remedy: 'retry' }],
    ['1009', on(CloseCode.tooBig), { act: 'fail', remedy: 'retry' }],
    ['1012', on(CloseCode.restarting), { act: 'reconnect' }],
    ['1013', on(CloseCode.tryLater), { act: 'reconnect' }],
    ['1013 after an error', on(CloseCode.tryLater, '', full), { act: 'reconnect', error: full, afterMs: 9 }],
    ['4429', on(CloseCode.tooFast, '', full), { act: 'reconnect', error: full, afterMs: 9 }],
    ['1011', on(CloseCode.fault), { act: 'reconnect' }],
    ['1006, a line that broke', on(1006), { act: 'reconnect', askWhy: false }],
  ];
  it.each(cases)('%s', (_, verdict, expected) => {
    expect(verdict).toMatchObject(expected);
  });

  it('has a row above for every code of the wire', () => {
    const told = cases.map(([name]) => Number.parseInt(name, 10));
    expect(Object.values(CloseCode).filter((code) => !told.includes(code))).toEqual([]);
  });

  it('is told in a sentence that a person can read, wherever it is no end', () => {
    for (const [name, verdict] of cases)
      if (verdict.act !== 'end')
        expect([name, verdict.error.message]).toEqual([name, expect.stringMatching(/^[A-Z].+[.\w]$/)]);
  });

  it('of a handshake that the browser hides is looked into', () => {
    expect(verdictOnClose({ code: 1006, reason: '', opened: false })).toMatchObject({ act: 'reconnect', askWhy: true });
  });
});
