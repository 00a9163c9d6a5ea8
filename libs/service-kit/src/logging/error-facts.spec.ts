import { errorFacts } from './error-facts';

it('tells of an error what it is, what it says, and what it comes from', () => {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', address: '10.0.0.1' });
  const error = new TypeError('terminated', { cause });
  expect(errorFacts(error)).toEqual({
    type: 'TypeError',
    message: 'terminated',
    stack: error.stack,
    cause: { type: 'Error', message: 'read ECONNRESET', stack: cause.stack, code: 'ECONNRESET' },
  });
});

it('tells of an error of AWS what its support asks for', () => {
  const $metadata = { httpStatusCode: 400, requestId: 'r-1', attempts: 3 };
  const error = Object.assign(new Error('not so fast'), { name: 'ThrottlingException', $metadata, $fault: 'client' });
  const { stack: _, ...facts } = errorFacts(error);
  expect(facts).toEqual({ type: 'ThrottlingException', message: 'not so fast', status: 400, awsRequestId: 'r-1' });
});

it('tells no word of what asked a model, of what that answered, or of what it comes from', () => {
  const cause = Object.assign(new SyntaxError('Unexpected token in "MARK"'), { code: 'MARK' });
  const asked = { requestBodyValues: { text: 'MARK' }, responseBody: 'MARK', responseHeaders: { key: 'MARK' } };
  const fields = { name: 'AI_APICallError', statusCode: 401, code: 'MARK', data: { error: 'MARK' }, ...asked };
  const error = Object.assign(new Error('Incorrect key: MARK\n of the second line MARK', { cause }), fields);
  error.stack = `AI_APICallError: ${error.message}\n    at somewhere (file.ts:1:1)`;
  const facts = errorFacts(new Error('an answer failed', { cause: error }));
  expect(JSON.stringify(facts)).not.toContain('MARK');
  expect(facts.cause).toMatchObject({ type: 'AI_APICallError', status: 401, stack: '    at somewhere (file.ts:1:1)' });
});

it('tells nothing of what is thrown and is no error, and comes to an end of causes that go round', () => {
  expect([errorFacts('MARK'), errorFacts({ key: 'MARK' }), errorFacts(null)]).toEqual([
    { type: 'string' },
    { type: 'object' },
    { type: 'null' },
  ]);
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(errorFacts(error)).split('"round"')).toHaveLength(7);
});
