import { dtmfTones, faultSchema, type FaultInput, type FaultKind } from '@parley/aws-sim';
import { textOf } from '@parley/protocol';
import { bodyOf, callStart, finals, hangUp, isLastFinal, nameOf, named, readUntil, speak } from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice()));
afterAll(() => voice.close());

type Cases = readonly (readonly [title: string, fault: FaultInput, outcome: string])[];
const DROPPED = 'dropped';

/** By kind, so that none can be forgotten: the stream is lost, and the caller is told why it is being replaced. */
const SURVIVED: Partial<Record<FaultKind, Cases>> = {
  http: [
    ['a throttled start', { kind: 'http', status: 429 }, 'throttled'],
    ['a start that timed out', { kind: 'http', status: 408 }, 'timed_out'],
    ['a 500 at the start', { kind: 'http', status: 500 }, 'model_fault'],
    ['a 503 at the start', { kind: 'http', status: 503 }, 'model_fault'],
    ['a 424 at the start', { kind: 'http', status: 424 }, 'model_fault'],
    ['credentials that expired', { kind: 'http', status: 403, type: 'ExpiredTokenException' }, 'credentials'],
  ],
  exception: [
    ['a quota that is used up', { kind: 'exception', name: 'throttlingException' }, 'throttled'],
    ['the end of eight minutes', { kind: 'exception', name: 'modelTimeoutException', afterFrames: 3 }, 'timed_out'],
    ['a model fault', { kind: 'exception', name: 'modelStreamErrorException', afterFrames: 2 }, 'model_fault'],
    ['an internal fault', { kind: 'exception', name: 'internalServerException', afterFrames: 2 }, 'model_fault'],
    [
      'an outage in the middle',
      { kind: 'exception', name: 'serviceUnavailableException', afterFrames: 2 },
      'model_fault',
    ],
    [
      'credentials that expire in the middle',
      { kind: 'exception', name: 'expiredTokenException', afterFrames: 3 },
      'credentials',
    ],
    [
      'an exception that the SDK does not know',
      { kind: 'exception', name: 'strangeException', afterFrames: 2 },
      DROPPED,
    ],
  ],
  drop: [
    ['a connection that drops before the headers', { kind: 'drop', beforeHeaders: true }, DROPPED],
    ['a connection that drops at once', { kind: 'drop' }, DROPPED],
    ['a connection that drops in the middle', { kind: 'drop', afterFrames: 4 }, DROPPED],
  ],
  reset: [
    ['a reset before the headers', { kind: 'reset', beforeHeaders: true }, DROPPED],
    ['a reset in the middle', { kind: 'reset', afterFrames: 4 }, DROPPED],
  ],
  end: [
    ['an end that nobody asked for', { kind: 'end' }, DROPPED],
    ['an end in the middle', { kind: 'end', afterFrames: 5 }, DROPPED],
  ],
  halfFrame: [['half a frame', { kind: 'halfFrame', afterFrames: 3 }, DROPPED]],
  badChecksum: [['a frame with a wrong checksum', { kind: 'badChecksum', afterFrames: 3 }, DROPPED]],
  errorFrame: [['an error frame', { kind: 'errorFrame', afterFrames: 2 }, DROPPED]],
};

/** The caller hears of nothing. */
const UNNOTICED: Partial<Record<FaultKind, Cases>> = {
  goaway: [['GOAWAY, and business as usual', { kind: 'goaway', afterFrames: 2 }, '']],
  unknownEvents: [['events and fields that nobody knows', { kind: 'unknownEvents' }, '']],
  missingUsage: [['no usage at all', { kind: 'missingUsage' }, '']],
  slow: [['a slow answer', { kind: 'slow', everyMs: 5 }, '']],
  stall: [['a pause in the answer', { kind: 'stall', afterFrames: 4, forMs: 200 }, '']],
};

/** Nothing would help: the call ends with a reason that a person can read. */
const FATAL: Partial<Record<FaultKind, Cases>> = {
  http: [
    ['no right to the model', { kind: 'http', status: 403 }, 'model_unavailable'],
    ['a model that is not there', { kind: 'http', status: 404 }, 'model_unavailable'],
  ],
  exception: [
    ['a fault of ours', { kind: 'exception', name: 'validationException', message: 'Odd' }, 'model_unavailable'],
  ],
  contentFilter: [['the content filter', { kind: 'contentFilter' }, 'model_unavailable']],
};

/** Faults with a test of their own below, by its name. */
const OWN = {
  silence: 'silence: a call over a model that never answers can be hung up, and is closed in order',
  doubleEncodedToolArguments: 'doubleEncodedToolArguments: a tool gets its arguments however often they were encoded',
  overlappingToolCalls: 'overlappingToolCalls: a second call of a tool before the first is answered is answered too',
  bargeIn: 'bargeIn: a model that believes to be interrupted ends its answer at once, and the call goes on',
} satisfies Partial<Record<FaultKind, string>>;
/** Only a text model can do these; chat-service's provider-faults.spec.ts has them. */
const OF_TEXT: readonly FaultKind[] = ['maxTokens', 'reasoning'];

it.each(faultSchema.options.map(({ shape }) => shape.kind.value))('every fault has a named test: %s', (kind) => {
  const cases = [SURVIVED, UNNOTICED, FATAL].flatMap((of) => of[kind] ?? []);
  expect(cases.every(([, fault]) => fault.kind === kind)).toBe(true);
  expect(cases.length > 0 || kind in OWN || OF_TEXT.includes(kind)).toBe(true);
});

const all = (of: Partial<Record<FaultKind, Cases>>) => Object.values(of).flat();
const logOf = async (conversationId: string) =>
  (await voice.store.page('alice', conversationId, { limit: 200 })).items.map((item) =>
    item.type === 'message' ? textOf(item.parts) : item.type,
  );

it.each(all(SURVIVED))('is survived: %s', async (_, fault, cause) => {
  voice.bedrock.faults.next(fault);
  const socket = await voice.connect('alice');
  const { conversationId } = await callStart(socket);
  speak(socket, dtmfTones('19'));
  const frames = await readUntil(socket, isLastFinal);
  const resuming = frames.filter((frame) => nameOf(frame) === 'callResuming').map(bodyOf);
  expect(resuming).toEqual([{ reason: cause, attempt: 1 }]);
  const shown = finals(frames).map(({ content }) => content as string);
  expect(shown.filter((content) => content.includes('digits 1 9')).length).toBeGreaterThan(0);
  expect(await logOf(conversationId)).toEqual(shown);
  expect(shown.filter((content) => content === 'Here it is again.')).toHaveLength(1);
  await hangUp(socket);
});

it.each(all(UNNOTICED))('is not even noticed: %s', async (_, fault) => {
  voice.bedrock.faults.next(fault);
  const socket = await voice.connect('alice');
  await callStart(socket);
  speak(socket, dtmfTones('5'));
  const frames = await readUntil(socket, isLastFinal);
  expect(frames.map(nameOf)).not.toContain('callResuming');
  await hangUp(socket);
});

it.each(all(FATAL))('ends the call with a reason that a person can read: %s', async (_, fault, code) => {
  voice.bedrock.faults.next(fault);
  const socket = await voice.connect('alice');
  await callStart(socket);
  speak(socket, dtmfTones('1'));
  const frames = await readUntil(socket, named('callEnded'));
  const error = frames.filter((frame) => nameOf(frame) === 'error').map(bodyOf);
  expect(error).toEqual([expect.objectContaining({ code, message: expect.stringMatching(/^The model /) })]);
  expect(bodyOf(frames.at(-1)!)).toMatchObject({ reason: 'model_failed' });
  expect((await socket.closed).code).toBe(1013);
});

// Given up after its time to start: see the suite of the port to the model.
it(OWN.silence, async () => {
  voice.bedrock.faults.next({ kind: 'silence', operation: 'voice' });
  const socket = await voice.connect('alice');
  await callStart(socket);
  speak(socket, dtmfTones('3'));
  const { ended, closed } = await hangUp(socket);
  expect([ended['reason'], closed.code]).toEqual(['hangup', 1000]);
});

it.each([
  [OWN.doubleEncodedToolArguments, { kind: 'doubleEncodedToolArguments' }, 1],
  [OWN.overlappingToolCalls, { kind: 'overlappingToolCalls' }, 2],
] as const)('%s', async (_, fault, times) => {
  voice.bedrock.faults.next(fault);
  const socket = await voice.connect('alice');
  await callStart(socket);
  socket.say({ event: { textInput: { content: 'use currentTime {"timeZone":"Asia/Tokyo"}' } } });
  const isAnswer = (name: string, body: Record<string, unknown>) =>
    name === 'textOutput' && 'seq' in body && body['role'] === 'ASSISTANT';
  const frames = await readUntil(socket, isAnswer);
  expect(frames.filter((frame) => nameOf(frame) === 'toolUse')).toHaveLength(times);
  const { events } = voice.bedrock.requests.last!;
  const results = events.filter(({ name }) => name === 'toolResult').map(({ body }) => String(body['content']));
  expect(results).toHaveLength(times);
  for (const result of results) expect(result).toMatch(/Asia\/Tokyo/);
  await hangUp(socket);
});

it(OWN.bargeIn, async () => {
  voice.bedrock.faults.next({ kind: 'bargeIn', afterPieces: 1 });
  const socket = await voice.connect('alice');
  await callStart(socket);
  speak(socket, dtmfTones('46'));
  const cut = await readUntil(socket, (name, body) => name === 'contentEnd' && body['stopReason'] === 'INTERRUPTED');
  expect(cut.filter(Buffer.isBuffer)).toHaveLength(1);
  speak(socket, dtmfTones('7'));
  const frames = await readUntil(socket, isLastFinal);
  expect(finals(frames).map(({ content }) => content)).toContainEqual(expect.stringMatching(/speech, digits 7$/));
  expect(frames.map(nameOf)).not.toContain('callResuming');
  await hangUp(socket);
});

it('a fault in one call touches no other', async () => {
  const [first, second] = [await voice.connect('alice'), await voice.connect('bob')];
  await callStart(first);
  voice.bedrock.faults.next({ kind: 'drop', afterFrames: 3 });
  await callStart(second);
  speak(first, dtmfTones('1'));
  speak(second, dtmfTones('2'));
  const [calm, shaken] = await Promise.all([readUntil(first, isLastFinal), readUntil(second, isLastFinal)]);
  expect(calm.map(nameOf)).not.toContain('callResuming');
  expect(shaken.map(nameOf)).toContain('callResuming');
  await Promise.all([hangUp(first), hangUp(second)]);
});
