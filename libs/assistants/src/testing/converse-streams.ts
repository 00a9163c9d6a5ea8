import type { ModelPart } from '../models/chat-model';
import { corrupt, event, eventOf, exception, frameOf } from './frames';

export interface StreamRow {
  frames: readonly Buffer[];
  /** Where we do it another way than the package, on purpose: what we give where that gives its parts. */
  differs?: (parts: ModelPart[]) => ModelPart[];
  /** After these frames come bytes that end the stream with an error. */
  broken?: Buffer;
}

const begin = event('messageStart', { role: 'assistant' });
const start = (index: number, start: object = {}) => event('contentBlockStart', { contentBlockIndex: index, start });
const tool = (index: number, name: string, toolUseId: string, more: object = {}) =>
  start(index, { toolUse: { toolUseId, name, ...more } });
const delta = (index: number, delta: unknown) => event('contentBlockDelta', { contentBlockIndex: index, delta });
const text = (index: number, ...pieces: string[]) => pieces.map((text) => delta(index, { text }));
const input = (index: number, ...pieces: string[]) => pieces.map((input) => delta(index, { toolUse: { input } }));
const thought = (index: number, reasoningContent: unknown) => delta(index, { reasoningContent });
const stop = (index: number) => event('contentBlockStop', { contentBlockIndex: index });
const messageStop = (stopReason: unknown = 'end_turn', more: object = {}) =>
  event('messageStop', { stopReason, ...more });
const TOKENS = { inputTokens: 7, outputTokens: 3, totalTokens: 10 };
const usage = (more: object = {}) => ({ usage: { ...TOKENS, ...more }, metrics: { latencyMs: 1 } });
const metadata = (payload: object = usage()) => event('metadata', payload);
const end = [messageStop(), metadata()];

const plain = [begin, ...text(0, 'Hel', 'lo'), stop(0)];
const ofSequence = (fields: unknown) => messageStop('stop_sequence', { additionalModelResponseFields: fields });
/** In place of the only block. */
const odd = (...frames: Buffer[]): StreamRow => ({ frames: [begin, ...frames, ...plain, ...end] });

const STOP_REASONS =
  'end_turn stop_sequence max_tokens content_filtered guardrail_intervened tool_use stop length tool-calls other toString'.split(
    ' ',
  );
const EXCEPTIONS =
  'internalServerException modelStreamErrorException serviceUnavailableException throttlingException validationException'.split(
    ' ',
  );

/** A fault that the package does not know it passes over: the end then lacks its reason, or comes never. */
const toldAt = (index: number, error: object) => (parts: ModelPart[]) =>
  [...parts.slice(0, index), { type: 'error', error }, ...parts.slice(index)] as ModelPart[];

/** What ConverseStream gives, by what it tries. */
export const CONVERSE_STREAMS: Record<string, StreamRow> = {
  'a plain answer': { frames: [...plain, ...end] },
  nothing: { frames: [] },
  'no more than its beginning': { frames: [begin] },
  'an early end': { frames: [begin, ...text(0, 'Hel')] },
  'an end without what it took': { frames: [...plain, messageStop()] },
  'what it took before the reason of its end': { frames: [...plain, metadata(), messageStop()] },
  'more after the end': { frames: [...plain, ...end, ...text(0, 'and more'), stop(0)] },

  'texts that are begun': { frames: [begin, start(0), ...text(0, 'a'), stop(0), start(1), stop(1), ...end] },
  'a block that is begun without a word': {
    frames: [begin, event('contentBlockStart', { contentBlockIndex: 0, start: null }), stop(0), ...end],
  },
  'texts at once': { frames: [begin, ...text(0, 'a'), ...text(1, 'b'), ...text(0, 'c'), stop(1), stop(0), ...end] },
  'a text that is begun twice, and ended twice': {
    frames: [begin, start(0), ...text(0, 'a'), start(0), stop(0), stop(0), ...text(0, 'b'), stop(0), ...end],
  },
  'empty pieces': { frames: [begin, ...text(0, '', 'a', ''), stop(0), ...text(1, ''), stop(1), ...end] },
  'every kind of letter': { frames: [begin, ...text(0, 'ä', '☎', '🇪🇺', '\ud83d', '\u0000"\\'), stop(0), ...end] },
  'a piece of 200 kB': { frames: [begin, ...text(0, 'ä'.repeat(100_000)), stop(0), ...end] },
  'bytes that are no letters': {
    frames: [
      begin,
      eventOf('contentBlockDelta', Buffer.from('{"contentBlockIndex":0,"delta":{"text":"\xff\xe4"}}', 'latin1')),
    ],
  },

  'thoughts with their signature': {
    frames: [
      begin,
      ...['hm', '', 'm'].map((text) => thought(0, { text })),
      thought(0, { signature: 'c2ln' }),
      stop(0),
      ...text(1, 'Yes.'),
      stop(1),
      ...end,
    ],
  },
  'a thought that is only signed': { frames: [begin, thought(0, { signature: 'c2ln' }), stop(0), ...end] },
  'thoughts that are hidden': {
    frames: [
      begin,
      thought(0, { data: 'aGlk' }),
      stop(0),
      thought(1, { redactedContent: 'aG' }),
      thought(1, { text: 'hm' }),
      thought(1, { redactedContent: 'lk' }),
      stop(1),
      ...end,
    ],
  },
  'thoughts of nothing': odd(
    ...['text', 'signature', 'data', 'redactedContent'].map((kind) => thought(0, { [kind]: '' })),
  ),
  'a thought in a text': {
    frames: [
      begin,
      ...text(0, 'a'),
      ...['text', 'signature', 'data', 'redactedContent'].map((kind) => thought(0, { [kind]: 'b' })),
      stop(0),
      ...end,
    ],
  },
  'a text in a thought, and in a call': {
    frames: [
      begin,
      thought(0, { text: 'a' }),
      ...text(0, 'b'),
      stop(0),
      tool(1, 'f', 't'),
      ...text(1, 'c'),
      stop(1),
      ...end,
    ],
  },

  'a call': {
    frames: [
      ...plain,
      tool(1, 'weather', 'tooluse_1'),
      ...input(1, '{"ci', '', 'ty":1}'),
      stop(1),
      messageStop('tool_use'),
      metadata(),
    ],
  },
  'calls at once, the one without arguments': {
    frames: [
      begin,
      tool(0, 'one', 'a', { input: {} }),
      tool(1, 'two', 'b'),
      ...input(1, '{}'),
      stop(0),
      stop(1),
      messageStop('tool_use'),
      metadata(),
    ],
  },
  'a call that is not ended': {
    frames: [begin, tool(0, 'f', 'a'), ...input(0, '{'), messageStop('max_tokens'), metadata()],
  },
  'arguments of no call': { frames: [begin, ...input(0, '{}'), ...text(1, 'a'), ...input(1, '{}'), stop(1), ...end] },

  ...Object.fromEntries(
    STOP_REASONS.map((reason) => [`an end with ${reason}`, { frames: [...plain, messageStop(reason), metadata()] }]),
  ),
  'an end at a word': { frames: [...plain, ofSequence({ delta: { stop_sequence: 'END' }, more: 1 }), metadata()] },
  'an end at a word, with more that is told': {
    frames: [
      ...plain,
      ofSequence({ delta: { stop_sequence: 'END' } }),
      metadata({ ...usage(), trace: { guardrail: {} } }),
    ],
  },
  'ends at no word': {
    frames: [...plain, ...[null, {}, { delta: null }, { delta: { stop_sequence: null } }].map(ofSequence), metadata()],
  },
  'an end that is taken back': { frames: [...plain, ofSequence({ delta: { stop_sequence: 'END' } }), ...end] },

  'what the cache took': {
    frames: [
      ...plain,
      messageStop(),
      metadata(usage({ cacheReadInputTokens: 100, cacheWriteInputTokens: 20, more: [1] })),
    ],
  },
  'what the cache took, in detail': {
    frames: [...plain, messageStop(), metadata(usage({ cacheDetails: [{ inputTokens: 20, ttl: '5m', more: 1 }] }))],
  },
  'no cache': {
    frames: [
      ...plain,
      messageStop(),
      metadata(usage({ cacheReadInputTokens: null, cacheWriteInputTokens: null, cacheDetails: null })),
    ],
  },
  'no total': { frames: [...plain, messageStop(), metadata({ usage: { inputTokens: 1, outputTokens: 2 } })] },
  'nothing that was taken': { frames: [...plain, messageStop(), metadata({ usage: null }), metadata({})] },
  'a trace of the guardrail, and how it was served': {
    frames: [
      ...plain,
      messageStop('guardrail_intervened'),
      metadata({
        ...usage(),
        trace: { guardrail: { outputAssessments: { id: [{ topicPolicy: { topics: [] } }] } } },
        performanceConfig: { latency: 'optimized', more: 1 },
        serviceTier: { type: 'default', more: 1 },
      }),
    ],
  },
  'what is told twice': {
    frames: [...plain, messageStop(), metadata({ ...usage(), trace: { a: 1 } }), metadata(usage({ inputTokens: 9 }))],
  },
  'nothing where something could be told': {
    frames: [
      ...plain,
      messageStop(),
      metadata({ usage: null, trace: null, performanceConfig: null, serviceTier: null }),
    ],
  },

  ...Object.fromEntries(
    EXCEPTIONS.flatMap((name) => [
      [`${name}, and an end`, { frames: [begin, ...text(0, 'a'), exception(name, { message: 'no' })] }],
      [`${name} without words, and more`, odd(exception(name, { Message: 'no' }), exception(name, { message: 5 }))],
    ]),
  ),
  'an exception that nobody knows': {
    ...odd(exception('newException', { message: 'no' })),
    differs: toldAt(2, { message: 'no', type: 'newException', data: { newException: { message: 'no' } } }),
  },
  'an exception without a name': {
    ...odd(frameOf({ ':message-type': 'exception' }, '{}')),
    differs: toldAt(2, {
      message: 'Amazon Bedrock stream failed with UnknownError',
      type: 'UnknownError',
      data: { UnknownError: {} },
    }),
  },
  'an error': {
    ...odd(frameOf({ ':message-type': 'error', ':error-code': '500', ':error-message': 'no' }, '')),
    differs: toldAt(2, { message: 'no', type: '500', data: { 500: { message: 'no' } } }),
  },

  'events that nobody knows': odd(event('newEvent', { a: 1 }), event('toString', {}), event('p', {})),
  'messages that are no events': odd(
    frameOf({}, '{'),
    frameOf({ ':message-type': 'more' }, ''),
    frameOf({ ':message-type': 'event' }, '{'),
  ),
  'exceptions that say nothing': odd(
    ...['', '5', '[]', '"a"'].map((payload) =>
      frameOf({ ':message-type': 'exception', ':exception-type': 'throttlingException' }, payload),
    ),
  ),
  'what is no JSON': odd(eventOf('contentBlockDelta', '{"half'), eventOf('messageStop', ''), eventOf('newEvent', '[')),
  'what is JSON of another kind': odd(
    eventOf('contentBlockDelta', '5'),
    eventOf('messageStop', '[]'),
    eventOf('metadata', '"a"'),
  ),
  'padding in odd places': odd(
    eventOf('contentBlockDelta', '{"p":"x","contentBlockIndex":0,"delta":{"p":"y","text":"z"}}'),
  ),
  citations: odd(
    delta(0, { citation: { title: 'A' } }),
    delta(0, { citation: [] }),
    delta(0, null),
    event('contentBlockDelta', { contentBlockIndex: 0 }),
  ),
  'pieces of several kinds': odd(
    delta(0, { text: 'a', toolUse: { input: 'b' } }),
    delta(0, { citation: {}, toolUse: { input: 'b' } }),
    delta(0, { toolUse: {}, reasoningContent: { text: 'c' } }),
    delta(0, { reasoningContent: { text: 'd', signature: 'e' } }),
    delta(0, { reasoningContent: { text: 5, signature: 'e' } }),
  ),
  'pieces of no kind': odd(
    ...[{}, { text: 5 }, { text: null }, 'a', 5, [], { image: {} }, { toolUse: {} }, { toolUse: 'a' }].map((one) =>
      delta(0, one),
    ),
    ...[{}, 'a', { text: null }, { more: 'a' }].map((one) => thought(0, one)),
    delta(0, { citation: null }),
  ),
  'pieces of nowhere': odd(
    event('contentBlockDelta', { delta: { text: 'a' } }),
    event('contentBlockDelta', { contentBlockIndex: '0', delta: { text: 'a' } }),
    event('contentBlockStart', { start: {} }),
    event('contentBlockStop', { contentBlockIndex: null }),
  ),
  'calls of nothing': odd(
    ...[{ toolUse: {} }, { toolUse: { toolUseId: 'a' } }, { toolUse: { name: 'f' } }, { toolUse: 'f' }].map((one) =>
      start(0, one),
    ),
    start(0, { toolUse: null }),
  ),
  'ends of nothing': odd(
    messageStop(5),
    messageStop(null),
    ofSequence({ delta: { stop_sequence: 5 } }),
    ofSequence('a'),
  ),
  'tokens of nothing': odd(
    ...[{ inputTokens: 1 }, { inputTokens: '1', outputTokens: 2 }, 5, { ...TOKENS, cacheDetails: [{}] }].map((one) =>
      metadata({ usage: one }),
    ),
    metadata({ performanceConfig: {} }),
    metadata({ serviceTier: { type: 5 } }),
  ),

  'a frame that is cut off': { frames: plain, broken: end[0]!.subarray(0, -1) },
  'the beginning of a frame': { frames: plain, broken: end[0]!.subarray(0, 3) },
  'a frame with a wrong checksum': { frames: plain, broken: Buffer.concat([corrupt(end[0]), ...end]) },
  'no frames at all': { frames: [], broken: Buffer.from('<html>Service Unavailable</html>') },
};
