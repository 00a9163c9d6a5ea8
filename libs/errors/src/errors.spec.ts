import { CloseCode, ERROR_CODES, ParleyError, asParleyError, toProblem, type ErrorCode } from './index';

const codes = Object.keys(ERROR_CODES) as ErrorCode[];

describe('the table of codes', () => {
  it.each(codes)('%s maps to a documented status and close code and fits a close frame', (code) => {
    const error = new ParleyError(code);
    expect([400, 401, 403, 404, 409, 413, 429, 500, 503]).toContain(error.status);
    for (const phase of ['handshake', 'open'] as const) {
      expect(Object.values(CloseCode)).toContain(error.closeCode(phase));
    }
    // RFC 6455 5.5: a control frame carries 125 bytes, two of them the code.
    expect(Buffer.byteLength(error.message)).toBeLessThanOrEqual(123);
  });

  it('refuses a missing token with 1008 at the handshake and 4401 later', () => {
    const error = new ParleyError('missing_token');
    expect([error.status, error.closeCode('handshake'), error.closeCode('open')]).toEqual([401, 1008, 4401]);
    expect(error.message).toBe('Missing authentication token');
  });

  it('never answers an outage of the keys as a refusal', () => {
    const error = new ParleyError('signing_keys_unavailable');
    expect([error.status, error.closeCode('handshake'), error.closeCode('open')]).toEqual([503, 1013, 1013]);
  });
});

describe('what leaves the service', () => {
  it('turns an unexpected error into `internal` without a word of its text', () => {
    const problem = toProblem(asParleyError(new Error('password=hunter2')), 'r1');
    expect(problem).toMatchObject({ code: 'internal', kind: 'fault', status: 500, requestId: 'r1' });
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  it('carries details, a retry time and the facts of the code', () => {
    const error = new ParleyError('audio_dropped', {
      retryAfterMs: 5,
      details: [{ path: 'a', message: 'b' }],
      facts: { droppedMs: 40 },
    });
    expect(error.facts()).toEqual({
      code: 'audio_dropped',
      kind: 'invalid',
      message: ERROR_CODES.audio_dropped.message,
      retryAfterMs: 5,
      details: [{ path: 'a', message: 'b' }],
      droppedMs: 40,
    });
  });
});
