import { startBedrock, type BedrockSimulator, type FaultInput } from '../index';
import { bedrockClient, VoiceCaller, type OutputEvent } from '../testing/voice-caller';
import { voiceLike } from '../testing/voices';

/** Some ends look alike to the SDK: that is what callers of it have to live with. Seen on Node 24. */
describe('faults of a voice stream, as the SDK shows them', () => {
  let simulator: BedrockSimulator;
  const callers: VoiceCaller[] = [];
  beforeAll(async () => {
    simulator = await startBedrock({ voice: { pace: { audio: 200, playback: 200 } } });
  });
  afterAll(() => simulator.close());
  afterEach(() => {
    callers.splice(0).forEach((caller) => caller.abort.abort());
    simulator.faults.clear();
  });

  function call(fault: FaultInput): VoiceCaller {
    simulator.faults.next(fault);
    const caller = new VoiceCaller(bedrockClient(simulator.endpoint));
    callers.push(caller);
    return caller.open().speak(voiceLike(500));
  }
  const turn = ['userSpeechStart', 'completionStart', 'userSpeechEnd'];

  it.each([
    [400, 'ValidationException'],
    [403, 'AccessDeniedException'],
    [404, 'ResourceNotFoundException'],
    [408, 'ModelTimeoutException'],
    [424, 'ModelErrorException'],
    [429, 'ThrottlingException'],
    [500, 'InternalServerException'],
    [503, 'ServiceUnavailableException'],
  ] as const)('status %i is thrown as %s, after one attempt', async (status, name) => {
    const before = simulator.requests.all.length;
    expect(await call({ kind: 'http', status, retryAfterSeconds: 1 }).ended).toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
    expect(simulator.requests.all.length).toBe(before + 1);
    expect(simulator.streams()).toBe(0);
  });

  it.each([
    'internalServerException',
    'modelStreamErrorException',
    'validationException',
    'throttlingException',
    'modelTimeoutException',
    'serviceUnavailableException',
  ])('%s as the first frame, and in the middle, is thrown under its class name', async (name) => {
    const className = name.charAt(0).toUpperCase() + name.slice(1);
    const first = call({ kind: 'exception', name, message: 'Because.' });
    expect(await first.ended).toMatchObject({ name: className, message: 'Because.' });
    expect(first.events).toEqual([]);
    const later = call({ kind: 'exception', name, message: 'Because.', afterFrames: 3 });
    expect(await later.ended).toMatchObject({ name: className });
    expect(later.names()).toEqual(turn);
  });

  it('an exception of a name that the SDK does not know is thrown as a plain error', async () => {
    expect(await call({ kind: 'exception', name: 'laterException', afterFrames: 1 }).ended).toMatchObject({
      name: 'laterException',
    });
  });

  it('a frame of type error is thrown', async () => {
    expect(await call({ kind: 'errorFrame', code: 'Odd', message: 'Strange.', afterFrames: 1 }).ended).toMatchObject({
      message: expect.stringContaining('Strange.'),
    });
  });

  it.each([0, 3])('a lost connection after %i frames looks like a normal end', async (afterFrames) => {
    const caller = call({ kind: 'drop', afterFrames });
    expect(await caller.ended).toBeUndefined();
    expect(caller.events.length).toBeLessThanOrEqual(afterFrames);
    expect(simulator.streams()).toBe(0);
  });

  it.each([0, 3])('a clean early end after %i frames looks like a normal end', async (afterFrames) => {
    const caller = call({ kind: 'end', afterFrames });
    expect(await caller.ended).toBeUndefined();
    expect(caller.events).toHaveLength(afterFrames);
  });

  it('a reset stream is over, with an error or without', async () => {
    const caller = call({ kind: 'reset', afterFrames: 3 });
    const error = await caller.ended;
    // Which of the two depends on what the client was just doing; nothing may be built on it.
    expect(error?.message ?? 'NGHTTP2_INTERNAL_ERROR').toContain('NGHTTP2_INTERNAL_ERROR');
    expect(simulator.requests.last).toMatchObject({ outcome: 'fault', reason: 'reset' });
  });

  it.each(['reset', 'drop'] as const)('%s before the headers is an error of send()', async (kind) => {
    expect(await call({ kind, beforeHeaders: true }).ended).toBeInstanceOf(Error);
  });

  it('half a frame and a wrong checksum', async () => {
    const half = call({ kind: 'halfFrame', afterFrames: 2 });
    const halfError = await half.ended;
    expect(halfError?.message ?? 'none').toMatch(/Truncated|Incomplete/i);
    const wrong = call({ kind: 'badChecksum', afterFrames: 2 });
    expect((await wrong.ended)?.message).toMatch(/checksum/);
  });

  it('GOAWAY changes nothing for the stream', async () => {
    const caller = call({ kind: 'goaway', afterFrames: 2 });
    await caller.turnEnd(2);
  });

  it('silence without any answer lasts until the caller gives up', async () => {
    const caller = call({ kind: 'silence' });
    const record = await simulator.requests.until(({ faults }) => faults.some(({ kind }) => kind === 'silence'));
    expect([record.outcome, caller.events]).toEqual(['open', []]);
    caller.abort.abort();
    expect(await caller.ended).toBeInstanceOf(Error);
    await simulator.requests.until((other) => other === record && other.outcome === 'cancelled');
  });

  it('a stall before the first frame, and in the middle, ends by itself or never', async () => {
    for (const afterFrames of [0, 5]) {
      const caller = call({ kind: 'stall', afterFrames, forMs: 30 });
      await caller.turnEnd(2);
      const { last } = simulator.requests;
      caller.abort.abort();
      await simulator.requests.until((record) => record === last && record.outcome === 'cancelled');
    }
    const stuck = call({ kind: 'stall', afterFrames: 2 });
    await stuck.until(() => true, 2);
    stuck.abort.abort();
    const { last } = simulator.requests;
    await simulator.requests.until((record) => record === last && record.outcome === 'cancelled');
    expect(stuck.events).toHaveLength(2);
    expect(simulator.streams()).toBe(0);
  });

  it('slow frames come all the same', async () => {
    const caller = call({ kind: 'slow', everyMs: 2 });
    await caller.turnEnd(2);
  });

  it('unknown events and fields stand between the others', async () => {
    const caller = call({ kind: 'unknownEvents' });
    await caller.turnEnd(2);
    expect(caller.names()[0]).toBe('laterEvent');
    expect(caller.events[1]).toMatchObject({ name: 'userSpeechStart', body: { laterField: [1] } });
  });

  it('usage is missing', async () => {
    const caller = call({ kind: 'missingUsage' });
    await caller.turnEnd(2);
    expect(caller.names()).not.toContain('usageEvent');
  });

  it('the content filter ends the stream at the first words', async () => {
    expect(await call({ kind: 'contentFilter' }).ended).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('This request has been blocked by our content filters.'),
    });
  });

  it('the model believes to be interrupted though nobody spoke', async () => {
    const caller = call({ kind: 'bargeIn', afterPieces: 4 });
    const isInterrupted = ({ name, body }: OutputEvent) => name === 'contentEnd' && body.stopReason === 'INTERRUPTED';
    await caller.until(isInterrupted, 2);
    expect(caller.names().filter((name) => name === 'audioOutput')).toHaveLength(4);
  });
});
