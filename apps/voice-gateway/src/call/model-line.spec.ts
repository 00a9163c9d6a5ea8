import { loud, quiet, speech, text } from './testing/scripted-model';
import { eventually, setUp } from './testing/set-up';

describe('a stream that is lost', () => {
  it.each([
    ['an end that nobody asked for', 'dropped', (far: ReturnType<typeof setUp>) => far.model.last.end()],
    ['a model timeout', 'timed_out', (far: ReturnType<typeof setUp>) => far.model.last.fail('ModelTimeoutException')],
    [
      'a model fault',
      'model_fault',
      (far: ReturnType<typeof setUp>) => far.model.last.fail('ModelStreamErrorException'),
    ],
    ['throttling', 'throttled', (far: ReturnType<typeof setUp>) => far.model.last.fail('ThrottlingException')],
    [
      'the idle limit',
      'idle',
      (far: ReturnType<typeof setUp>) =>
        far.model.last.fail('ValidationException', 'InternalErrorCode=532::Timed out waiting for audio bytes'),
    ],
  ])('is replaced after %s, and the caller is told', async (_, cause, lose) => {
    const far = setUp();
    lose(far);
    await far.caller.until(`callResuming ${cause}`);
    await eventually(() => far.model.streams.length === 2);
    far.pass(1_200);
    expect(far.seen).toEqual([`resuming ${cause}`, expect.stringMatching(/^resumed \d+$/)]);
    expect(far.caller.told).toEqual([`callResuming ${cause}`, 'callResumed']);
    expect(far.call.over).toBe(false);
    await far.call.end('hangup');
  });

  it('gets the history of what was said, also of what is not stored yet', async () => {
    const far = setUp({ append: () => new Promise(() => undefined) });
    far.model.last.say(...text('u', 'USER', 'FINAL', 'what is two and two'));
    far.model.last.say(...text('s', 'ASSISTANT', 'SPECULATIVE', 'four'), ...text('a', 'ASSISTANT', 'FINAL', 'four'));
    far.model.last.end();
    await eventually(() => far.model.streams.length === 2 && far.model.last.names.includes('contentStart'));
    await eventually(() => far.model.last.texts('ASSISTANT').length > 0);
    expect(far.model.last.texts('USER')).toEqual(['what is two and two']);
    expect(far.model.last.texts('ASSISTANT')).toEqual(['four']);
  });

  it('is asked again what it had not answered, and not also told it as history', async () => {
    const far = setUp();
    far.model.last.say(...text('u', 'USER', 'FINAL', 'what is two and two'));
    far.model.last.end();
    await eventually(() => far.model.streams.length === 2 && far.model.last.texts('USER').length > 0);
    const { written } = far.model.last;
    expect(far.model.last.texts('USER')).toEqual(['what is two and two']);
    const block = written.find(
      ({ contentStart }) => contentStart?.['type'] === 'TEXT' && contentStart['role'] === 'USER',
    );
    expect(block!['contentStart']).toMatchObject({ interactive: true });
    await far.call.end('hangup');
    expect(far.stored.map(({ text: said }) => said)).toEqual(['what is two and two']);
  });

  it('is asked to go on when the answer broke off after a sentence was on record', async () => {
    const far = setUp();
    far.model.last.say(...text('u', 'USER', 'FINAL', 'tell me a story'));
    far.model.last.say(...text('s1', 'ASSISTANT', 'SPECULATIVE', 'once'), ...text('f1', 'ASSISTANT', 'FINAL', 'once'));
    far.model.last.say(...text('s2', 'ASSISTANT', 'SPECULATIVE', 'upon a time'));
    far.model.last.end();
    await eventually(() => far.model.streams.length === 2 && far.model.last.texts('USER').length > 1);
    expect(far.model.last.texts('USER')[0]).toBe('tell me a story');
    expect(far.model.last.texts('USER')[1]).toMatch(/Go on with your answer/);
    expect(far.model.last.texts('ASSISTANT')).toEqual(['once']);
    await far.call.end('hangup');
  });

  it('hears the last words again that nothing was answered to, without the silence before them', async () => {
    const far = setUp();
    for (let n = 0; n < 100; n += 1) far.call.hear(quiet());
    for (let n = 0; n < 20; n += 1) far.call.hear(loud());
    far.model.last.end();
    await far.caller.until('callResuming dropped');
    for (let n = 0; n < 5; n += 1) far.call.hear(loud());
    await eventually(() => far.model.streams.length === 2 && far.model.last.heard.length > 30 * 1_024);
    const { heard } = far.model.last;
    const voiced = heard.filter((byte) => byte === 0x20).length;
    expect(voiced).toBe(25 * 1_024);
    expect(heard.length - voiced).toBeLessThanOrEqual(11 * 1_024);
    await far.call.end('hangup');
  });

  it('hears nothing again that was written down', async () => {
    const far = setUp();
    for (let n = 0; n < 20; n += 1) far.call.hear(loud());
    far.model.last.say(...text('u', 'USER', 'FINAL', 'hello'));
    await far.caller.until('textOutput hello');
    far.model.last.end();
    await eventually(() => far.model.streams.length === 2 && far.model.last.texts('USER').length > 0);
    expect(far.model.last.heard.length).toBe(0);
    await far.call.end('hangup');
  });

  it('gets half of the history when the model finds it too long', async () => {
    const far = setUp();
    for (let n = 0; n < 10; n += 1) {
      far.model.last.say(...text(`u${n}`, 'USER', 'FINAL', `${n} `.repeat(1_500)));
      far.model.last.say(...text(`a${n}`, 'ASSISTANT', 'FINAL', `${n} `.repeat(1_500)));
    }
    await eventually(() => far.stored.length === 20);
    far.model.last.fail('ValidationException', 'Chat history is over max limit. Trim chat history and try again.');
    await eventually(() => far.model.streams.length === 2 && far.model.last.texts('USER').length > 0);
    const bytes = [...far.model.last.texts('USER'), ...far.model.last.texts('ASSISTANT')].join('').length;
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(bytes).toBeGreaterThan(10_000);
    await far.call.end('hangup');
  });

  it('ends the call after as many attempts as are worth it', async () => {
    const far = setUp();
    for (let n = 1; n <= 4; n += 1) {
      await eventually(() => far.model.streams.length === n);
      far.model.last.fail('ServiceUnavailableException');
    }
    expect(await far.call.ended).toMatchObject({ reason: 'model_failed' });
    expect(far.call.failed?.code).toBe('model_unavailable');
    expect(far.caller.told.filter((line) => line === 'callResuming model_fault')).toHaveLength(3);
  });

  it.each([
    ['AccessDeniedException', 'secret detail', 'model_unavailable'],
    ['ResourceNotFoundException', '', 'model_unavailable'],
    ['ValidationException', 'This request has been blocked by our content filters.', 'model_unavailable'],
    ['ValidationException', 'Cannot end content as no content data was received', 'model_unavailable'],
  ])('ends the call at once for %s %s', async (name, message, code) => {
    const far = setUp();
    far.model.last.fail(name, message);
    expect(await far.call.ended).toMatchObject({ reason: 'model_failed' });
    expect(far.call.failed?.code).toBe(code);
    expect(JSON.stringify(far.call.failed?.facts())).not.toContain('secret detail');
    expect(far.model.streams).toHaveLength(1);
  });

  it('answers no tool of then, and keeps what was typed meanwhile', async () => {
    const far = setUp({ resumption: undefined });
    far.model.last.end();
    await far.caller.until('callResuming dropped');
    far.call.type('are you there');
    await eventually(() => far.model.streams.length === 2 && far.model.last.texts('USER').length > 0);
    expect(far.model.last.texts('USER')).toEqual(['are you there']);
    await far.call.end('hangup');
  });

  it('is cut and replaced when it gives no sign of life to what was typed', async () => {
    const far = setUp();
    far.call.type('hello');
    far.pass(21_000);
    await far.caller.until('callResuming no_answer');
    await eventually(() => far.model.streams.length === 2);
    await far.call.end('hangup');
  });
});

describe('a stream near its end', () => {
  it('is replaced at a quiet moment, unheard, with what was said as history', async () => {
    const far = setUp();
    far.model.last.say(...text('u', 'USER', 'FINAL', 'hi'), ...text('s', 'ASSISTANT', 'SPECULATIVE', 'hello'));
    far.model.last.say(...speech('a', 100), ...text('f', 'ASSISTANT', 'FINAL', 'hello'));
    await far.caller.until('contentEnd PARTIAL_TURN');
    await eventually(() => far.stored.length === 2);
    far.pass(200_000);
    far.call.type('still here');
    far.model.last.say(...text('s2', 'ASSISTANT', 'SPECULATIVE', 'good'), ...text('f2', 'ASSISTANT', 'FINAL', 'good'));
    await eventually(() => far.stored.length === 4);
    far.pass(162_000);
    await eventually(() => far.model.streams.length === 2);
    const [old, next] = far.model.streams;
    await eventually(() => old!.names.at(-1) === 'sessionEnd' && next!.texts('ASSISTANT').length === 2);
    expect(far.seen).toEqual(['rotated quiet']);
    expect(far.caller.told.join()).not.toContain('callResuming');
    expect(next!.texts('USER')).toEqual(['hi', 'still here']);
    await far.call.end('hangup');
  });

  it('waits for the answer to be heard, and for its record', async () => {
    const far = setUp();
    far.pass(200_000);
    far.call.type('a story please');
    far.model.last.say({ completionStart: {} });
    await eventually(() => far.stored.length === 1);
    far.pass(165_000);
    far.model.last.say(...text('s', 'ASSISTANT', 'SPECULATIVE', 'once'), ...speech('a', 20_000));
    await far.caller.until('contentEnd END_TURN');
    far.pass(10_000);
    expect(far.model.streams).toHaveLength(1);
    far.model.last.say(...text('f', 'ASSISTANT', 'FINAL', 'once'));
    await eventually(() => far.stored.length === 2);
    far.pass(11_000);
    await eventually(() => far.model.streams.length === 2);
    await far.call.end('hangup');
  });

  it('waits while the caller is in the middle of a sentence, and says the sentence again when it cannot wait any longer', async () => {
    const far = setUp();
    far.pass(200_000);
    far.call.type('hello');
    far.model.last.say(...text('s', 'ASSISTANT', 'SPECULATIVE', 'x'), ...text('f', 'ASSISTANT', 'FINAL', 'x'));
    await eventually(() => far.stored.length === 2);
    far.pass(150_000);
    while (far.clock.now < 1_000_000 + 455_000) {
      for (let n = 0; n < 3; n += 1) far.call.hear(loud());
      far.pass(100);
    }
    expect(far.model.streams).toHaveLength(1);
    for (let n = 0; n < 30; n += 1) {
      far.call.hear(loud());
      far.pass(100);
    }
    await eventually(() => far.model.streams.length === 2);
    const [old, next] = far.model.streams;
    await eventually(() => next!.heard.length > 9_000 * 32);
    old!.say(...text('late', 'USER', 'FINAL', 'the sentence'));
    next!.say(...text('u2', 'USER', 'FINAL', 'the sentence'));
    await eventually(() => far.stored.length === 3);
    await far.call.end('hangup');
    expect(far.stored.filter(({ text: said }) => said === 'the sentence')).toHaveLength(1);
    expect(far.seen).toEqual(['rotated forced', 'lease released']);
  });

  it('that is replaced before it answered writes down no answer beside that of the next, which is asked the same', async () => {
    const far = setUp({ closingMs: 500 });
    far.pass(200_000);
    far.call.type('a story please');
    far.model.last.say({ completionStart: {} });
    await eventually(() => far.stored.length === 1);
    expect(far.call.streams).toBe(1);
    far.pass(257_000);
    await eventually(() => far.model.streams.length === 2);
    const [old, next] = far.model.streams;
    await eventually(() => next!.texts('USER').length > 0);
    expect(far.call.streams).toBe(2);
    expect(next!.texts('USER')).toEqual(['a story please']);
    old!.say(...text('s', 'ASSISTANT', 'SPECULATIVE', 'late'), ...text('f', 'ASSISTANT', 'FINAL', 'late'));
    next!.say(...text('s2', 'ASSISTANT', 'SPECULATIVE', 'once'), ...text('f2', 'ASSISTANT', 'FINAL', 'once'));
    await eventually(() => far.stored.length === 2);
    await far.call.end('hangup');
    expect(far.call.streams).toBe(0);
    expect(far.stored.map(({ text: said }) => said)).toEqual(['a story please', 'once']);
  });

  it('is replaced early when nobody speaks in it', async () => {
    const far = setUp();
    far.pass(261_000);
    await eventually(() => far.model.streams.length === 2);
    expect(far.seen).toEqual(['rotated quiet']);
    await far.call.end('hangup');
  });

  it('ends first when there is no second lease, and says again what was said meanwhile', async () => {
    const far = setUp({ quota: 0, reserve: 0, closingMs: 5 });
    far.pass(261_000);
    await eventually(() => far.model.streams[0]!.names.at(-1) === 'sessionEnd');
    far.call.hear(loud());
    await eventually(() => far.model.streams.length === 2 && far.model.last.heard.length > 0);
    expect(far.model.streams[0]!.aborted).toBe(true);
    await far.call.end('hangup');
  });
});
