import { InputOrder, type Meaning } from './order';
import { VOICE_LIMITS } from './options';
import { SPEECH_MODELS, type SpeechProfile } from './profiles';
import { VIOLATION } from './violations';
import { audioStart, promptStart } from '../testing/voice-caller';

type Step = [name: string, body: unknown];

const P = { promptName: 'prompt-1' };
const named = (contentName: string) => ({ ...P, contentName });
const plain = { mediaType: 'text/plain' };
const textStart = (role: string, contentName: string, interactive = false): Step => [
  'contentStart',
  { ...named(contentName), type: 'TEXT', interactive, role, textInputConfiguration: plain },
];
const textInput = (contentName: string, content = 'words'): Step => ['textInput', { ...named(contentName), content }];
const contentEnd = (contentName: string): Step => ['contentEnd', named(contentName)];
const text = (role: string, contentName: string, interactive = false): Step[] => [
  textStart(role, contentName, interactive),
  textInput(contentName),
  contentEnd(contentName),
];
const toolStart = (toolUseId: string, contentName = 'tool'): Step => [
  'contentStart',
  {
    ...named(contentName),
    type: 'TOOL',
    interactive: false,
    role: 'TOOL',
    toolResultInputConfiguration: { toolUseId, type: 'TEXT', textInputConfiguration: plain },
  },
];
const result = (content: string): Step => ['toolResult', { ...named('tool'), content }];
const frame: Step = ['audioInput', { ...named('audio-1'), content: 'AAA=' }];
const session: Step = ['sessionStart', { inferenceConfiguration: { maxTokens: 1024 } }];
const prompt: Step = ['promptStart', promptStart()];
const system = text('SYSTEM', 'system');
const audio: Step = ['contentStart', audioStart()];
const opened: Step[] = [session, prompt, ...system, audio];
const promptEnd: Step = ['promptEnd', P];
const sessionEnd: Step = ['sessionEnd', {}];

const V1 = SPEECH_MODELS['amazon.nova-sonic-v1:0'] as SpeechProfile;
const V2 = SPEECH_MODELS['amazon.nova-2-sonic-v1:0'] as SpeechProfile;

function run(steps: readonly Step[], profile = V2): Meaning[] {
  const order = new InputOrder(profile, VOICE_LIMITS);
  order.expectResult('call-1');
  return steps.map(([name, body]) => order.accept(name, body));
}

describe('what is in order', () => {
  it.each<[string, Step[]]>([
    ['the shortest stream', [...opened, frame, contentEnd('audio-1'), promptEnd, sessionEnd]],
    ['a script for the transcription', [session, prompt, ...system, ...text('SYSTEM_SPEECH', 's'), audio]],
    [
      'history',
      [session, prompt, ...system, ...text('USER', 'a'), ...text('ASSISTANT', 'b'), ...text('USER', 'c'), audio],
    ],
    [
      'several textInputs in a block',
      [session, prompt, textStart('SYSTEM', 's'), textInput('s'), textInput('s'), contentEnd('s')],
    ],
    ['a system prompt marked interactive, as older samples do', [session, prompt, ...text('SYSTEM', 's', true), audio]],
    ['typed text between audio', [...opened, frame, ...text('USER', 'typed', true), frame]],
    [
      'a tool result that overlaps audio',
      [...opened, frame, toolStart('call-1'), frame, result('{}'), frame, contentEnd('tool'), frame],
    ],
    ['unknown events, wherever', [['later', {}], session, ['later', 7], prompt]],
  ])('%s', (_, steps) => expect(() => run(steps)).not.toThrow());

  it('says what each event means', () => {
    const meanings = run([
      ['sessionStart', { turnDetectionConfiguration: { endpointingSensitivity: 'HIGH' } }],
      ['promptStart', promptStart({ tools: [{ name: 'lookup', schema: { required: ['query'] } }], outputHz: 16_000 })],
      ...text('SYSTEM', 'system'),
      ...text('USER', 'a'),
      audio,
      frame,
      toolStart('call-1'),
      result('{"answer":42}'),
      contentEnd('tool'),
      ...text('USER', 'typed', true),
      contentEnd('audio-1'),
      promptEnd,
      sessionEnd,
    ]).filter(({ kind }) => kind !== 'nothing');
    expect(meanings).toEqual([
      { kind: 'session', sensitivity: 'HIGH' },
      {
        kind: 'prompt',
        promptName: 'prompt-1',
        rateHz: 16_000,
        tools: [{ name: 'lookup', schema: { required: ['query'] } }],
        toolChoice: undefined,
      },
      { kind: 'history', role: 'USER', text: 'words' },
      { kind: 'audioStart', rateHz: 16_000 },
      { kind: 'audio', bytes: Buffer.from([0, 0]) },
      { kind: 'toolResult', toolUseId: 'call-1', result: { answer: 42 } },
      { kind: 'liveText', text: 'words' },
      { kind: 'audioEnd' },
      { kind: 'promptEnd' },
      { kind: 'sessionEnd' },
    ]);
  });

  it('takes no notice of the turn detection that v1 does not have', () => {
    const step: Step = ['sessionStart', { turnDetectionConfiguration: { endpointingSensitivity: 'HIGH' } }];
    expect(run([step], V1)).toEqual([{ kind: 'session', sensitivity: 'MEDIUM' }]);
  });
});

describe('what is out of order', () => {
  const long = 'x'.repeat(VOICE_LIMITS.historyTextBytes);
  const manyBytes = Array.from({ length: 41 }, () => textInput('a', long));
  const manyMessages = Array.from({ length: 41 }, (_, i) => text(i % 2 ? 'ASSISTANT' : 'USER', `h${i}`)).flat();
  const withHistory = (...steps: Step[]): Step[] => [session, prompt, ...system, ...steps];

  it.each<[string, string, Step[]]>([
    ['a prompt before the session', VIOLATION.invalid, [prompt]],
    ['a second sessionStart', VIOLATION.invalid, [session, session]],
    ['a second promptStart', VIOLATION.invalid, [session, prompt, prompt]],
    ['content before the prompt', VIOLATION.invalid, [session, textStart('SYSTEM', 's')]],
    ['another promptName', VIOLATION.invalid, [session, prompt, ['promptEnd', { promptName: 'other' }]]],
    ['a first block that is not SYSTEM', VIOLATION.invalid, [session, prompt, textStart('USER', 'a')]],
    ['audio as the first block', VIOLATION.invalid, [session, prompt, audio]],
    ['a second SYSTEM block', VIOLATION.invalid, withHistory(textStart('SYSTEM', 'again'))],
    [
      'SYSTEM_SPEECH after history',
      VIOLATION.invalid,
      withHistory(...text('USER', 'a'), textStart('SYSTEM_SPEECH', 's')),
    ],
    ['history that begins with ASSISTANT', VIOLATION.invalid, withHistory(textStart('ASSISTANT', 'a'))],
    [
      'history whose roles do not alternate',
      VIOLATION.invalid,
      withHistory(...text('USER', 'a'), textStart('USER', 'b')),
    ],
    [
      'a textInput of history that is too long',
      VIOLATION.historyTooLong,
      withHistory(textStart('USER', 'a'), textInput('a', `${long}x`)),
    ],
    ['a history that is too long', VIOLATION.historyTooLong, withHistory(textStart('USER', 'a'), ...manyBytes)],
    ['a history of too many messages', VIOLATION.historyTooLong, withHistory(...manyMessages)],
    [
      'a history counted in characters instead of bytes',
      VIOLATION.historyTooLong,
      withHistory(textStart('USER', 'a'), textInput('a', 'ü'.repeat(600))),
    ],
    [
      'a system prompt in one large piece',
      VIOLATION.invalid,
      [session, prompt, textStart('SYSTEM', 's'), textInput('s', 'x'.repeat(30_001))],
    ],
    ['history after audio', VIOLATION.historyAfterAudio, [...opened, frame, textStart('USER', 'a')]],
    ['an ASSISTANT text after audio', VIOLATION.historyAfterAudio, [...opened, textStart('ASSISTANT', 'a', true)]],
    ['audio within a text block', VIOLATION.historyAfterAudio, [...opened, textStart('USER', 'typed', true), frame]],
    ['audio that is opened within history', VIOLATION.historyAfterAudio, withHistory(textStart('USER', 'a'), audio)],
    ['two text blocks at once', VIOLATION.invalid, withHistory(textStart('USER', 'a'), textStart('ASSISTANT', 'b'))],
    [
      'a second AUDIO block',
      VIOLATION.invalid,
      [...opened, ['contentStart', { ...audioStart(), contentName: 'audio-2' }]],
    ],
    ['audio without a block', VIOLATION.invalid, withHistory(frame)],
    ['audio after its block', VIOLATION.invalid, [...opened, frame, contentEnd('audio-1'), frame]],
    ['text into an audio block', VIOLATION.invalid, [...opened, textInput('audio-1')]],
    ['a contentName for the second time', VIOLATION.invalid, withHistory(textStart('USER', 'system'))],
    ['the end of a block that is not open', VIOLATION.invalid, withHistory(contentEnd('other'))],
    ['a TEXT block without data', VIOLATION.emptyContent, [session, prompt, textStart('SYSTEM', 's'), contentEnd('s')]],
    ['an AUDIO block without data', VIOLATION.emptyContent, [...opened, contentEnd('audio-1')]],
    ['a TOOL block without data', VIOLATION.emptyContent, [...opened, toolStart('call-1'), contentEnd('tool')]],
    ['promptEnd with an open block', VIOLATION.openContents, [...opened, frame, promptEnd]],
    ['a prompt without audio', VIOLATION.noAudio('prompt-1'), withHistory(promptEnd)],
    ['sessionEnd before promptEnd', VIOLATION.invalid, [...opened, frame, contentEnd('audio-1'), sessionEnd]],
    [
      'content after promptEnd',
      VIOLATION.invalid,
      [...opened, frame, contentEnd('audio-1'), promptEnd, textStart('USER', 'a', true)],
    ],
    [
      'anything after sessionEnd',
      VIOLATION.invalid,
      [...opened, frame, contentEnd('audio-1'), promptEnd, sessionEnd, session],
    ],
    [
      'typed text after the audio',
      VIOLATION.invalid,
      [...opened, frame, contentEnd('audio-1'), textStart('USER', 'a', true)],
    ],
    ['a result for a call that nobody made', VIOLATION.invalid, [...opened, toolStart('call-2')]],
    [
      'a second result for one call',
      VIOLATION.invalid,
      [...opened, toolStart('call-1'), result('{}'), contentEnd('tool'), toolStart('call-1', 'again')],
    ],
    ['two results in one block', VIOLATION.invalid, [...opened, toolStart('call-1'), result('{}'), result('{}')]],
    ['a result that is no JSON', VIOLATION.toolResult, [...opened, toolStart('call-1'), result('sunny')]],
    ['a result that is a JSON string', VIOLATION.toolResult, [...opened, toolStart('call-1'), result('"sunny"')]],
    ['a result that is a JSON list', VIOLATION.toolResult, [...opened, toolStart('call-1'), result('[1]')]],
    [
      'a voice with a capital',
      VIOLATION.voice('Tiffany'),
      [session, ['promptStart', promptStart({ voiceId: 'Tiffany' })]],
    ],
    [
      'a voice of the older model',
      VIOLATION.voice('greta'),
      [session, ['promptStart', promptStart({ voiceId: 'greta' })]],
    ],
    [
      'an odd number of bytes',
      VIOLATION.invalid,
      [...opened, ['audioInput', { ...named('audio-1'), content: 'AAAA' }]],
    ],
    ['no bytes of audio', VIOLATION.invalid, [...opened, ['audioInput', { ...named('audio-1'), content: '' }]]],
    [
      'audio that is not base64',
      VIOLATION.invalid,
      [...opened, ['audioInput', { ...named('audio-1'), content: 'a-b_' }]],
    ],
    ['a topP above 1', VIOLATION.invalid, [['sessionStart', { inferenceConfiguration: { topP: 1.5 } }]]],
    [
      'a sensitivity in small letters',
      VIOLATION.invalid,
      [['sessionStart', { turnDetectionConfiguration: { endpointingSensitivity: 'low' } }]],
    ],
    [
      'a rate that is not offered',
      VIOLATION.invalid,
      [session, prompt, ...system, ['contentStart', audioStart(48_000)]],
    ],
    [
      'audio without a role',
      VIOLATION.invalid,
      [session, prompt, ...system, ['contentStart', { ...audioStart(), role: undefined }]],
    ],
    [
      'a schema that is no JSON',
      VIOLATION.invalid,
      [
        session,
        [
          'promptStart',
          { ...promptStart(), toolConfiguration: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: '{' } } }] } },
        ],
      ],
    ],
    ['a body that is no object', VIOLATION.invalid, [['sessionStart', null]]],
  ])('%s', (_, expected, steps) => {
    const last = steps.at(-1) as Step;
    const order = new InputOrder(V2, VOICE_LIMITS);
    order.expectResult('call-1');
    // Whatever leads there is in order: only the last step breaks a rule, or the last of a long row.
    const before = expected === VIOLATION.historyTooLong ? [] : steps.slice(0, -1);
    for (const [name, body] of before) order.accept(name, body);
    const rest = before.length > 0 ? [last] : steps;
    let thrown: unknown;
    try {
      for (const [name, body] of rest) order.accept(name, body);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ type: 'ValidationException', message: expect.stringContaining(expected) });
  });

  it('typed text and SYSTEM_SPEECH on v1, which knows neither', () => {
    expect(() => run([...opened, textStart('USER', 'a', true)], V1)).toThrow(VIOLATION.invalid);
    expect(() => run([session, prompt, ...system, textStart('SYSTEM_SPEECH', 's')], V1)).toThrow(VIOLATION.invalid);
  });
});
