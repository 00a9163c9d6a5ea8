import { APICallError, type UIMessageChunk } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { z } from 'zod';
import { defineTool } from '../domain/tool';
import type { ModelPart } from '../models/chat-model';
import { sdkTurn } from '../testing/sdk-turn';
import { ANSWER_TIMEOUTS } from './answer';
import { ModelTurn, type TurnRequest } from './model-turn';
import { AnswerWatch } from './watch';

/** What one call of the model gives: its parts, then an end, a break of the connection, or a refusal before the first. */
type Step = (ModelPart | 'break')[] | Error | ((stop: () => void) => ModelPart[]);

const usage = (input: number | undefined, output: number | undefined) => ({
  inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: output, text: output, reasoning: undefined },
});
const finish = (unified: string, input: number | undefined = 7, output: number | undefined = 3) =>
  ({ type: 'finish', finishReason: { unified, raw: unified }, usage: usage(input, output) }) as ModelPart;
const text = (id: string, ...pieces: string[]): ModelPart[] => [
  { type: 'text-start', id },
  ...pieces.map((delta): ModelPart => ({ type: 'text-delta', id, delta })),
  { type: 'text-end', id },
];
const call = (toolCallId: string, toolName: string, input: string, more: object = {}): ModelPart[] => [
  { type: 'tool-input-start', id: toolCallId, toolName },
  { type: 'tool-input-delta', id: toolCallId, delta: input },
  { type: 'tool-input-end', id: toolCallId },
  { type: 'tool-call', toolCallId, toolName, input, ...more },
];
const begin: ModelPart[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'response-metadata', id: 'r', modelId: 'm' },
];
const done = [...text('0', 'It rains', '.'), finish('stop')];
const metadata = { some: { signature: 'c2ln' } };
const refusal = (statusCode: number, more: object = {}) =>
  new APICallError({ message: 'no', url: '', requestBodyValues: {}, statusCode, ...more });

const tools = [
  defineTool({
    name: 'weather',
    description: 'The weather',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => ({ city, rain: true }),
  }),
  defineTool({
    name: 'clock',
    description: 'The time',
    inputSchema: z.object({}),
    // Later than the other one, which was called after it.
    execute: () =>
      new Promise((resolve) => setImmediate(() => setImmediate(resolve, { time: 'noon', none: undefined }))),
  }),
];

interface Row {
  steps: Step[];
  /** Where we do it another way than the SDK, on purpose: what we give where that gives its chunks. */
  differs?: (sdk: UIMessageChunk[]) => UIMessageChunk[];
}

const rows: Record<string, Row> = {
  'a plain answer': { steps: [[...begin, ...text('0', 'Hel', 'lo'), finish('stop')]] },
  'several texts at once, with what a provider attaches': {
    steps: [
      [
        ...begin,
        { type: 'text-start', id: '0', providerMetadata: metadata },
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: 'b' },
        { type: 'text-delta', id: '0', delta: 'a', providerMetadata: metadata },
        { type: 'text-delta', id: '1', delta: '' },
        { type: 'text-end', id: '0', providerMetadata: metadata },
        { type: 'text-end', id: '1' },
        finish('stop'),
      ],
    ],
  },
  'no parts that begin it': { steps: [[...text('0', 'Hi'), finish('stop')]] },
  'an end for its length': { steps: [[...begin, ...text('0', 'Once'), finish('length')]] },
  'an end by a filter': { steps: [[...begin, finish('content-filter')]] },
  'raw parts': { steps: [[...begin, { type: 'raw', rawValue: {} }, ...text('0', 'Hi'), finish('stop')]] },
  'thoughts that go back with their signatures': {
    steps: [
      [
        ...begin,
        { type: 'reasoning-start', id: '0' },
        { type: 'reasoning-delta', id: '0', delta: 'hmm' },
        { type: 'reasoning-delta', id: '0', delta: '', providerMetadata: metadata },
        { type: 'reasoning-end', id: '0' },
        { type: 'reasoning-start', id: '1', providerMetadata: { some: { redacted: 'x' } } },
        { type: 'reasoning-end', id: '1' },
        ...text('2', 'One moment.'),
        ...call('t1', 'weather', '{"city":"Porto"}', { providerMetadata: metadata }),
        finish('tool-calls'),
      ],
      [...begin, ...done],
    ],
  },
  'tools at once, the later one first': {
    steps: [
      [
        ...begin,
        ...call('t1', 'clock', '{}'),
        ...call('t2', 'weather', '{"city":"Porto"}'),
        finish('tool-calls', 7, undefined),
      ],
      [...begin, ...done],
    ],
  },
  'arguments that were encoded twice, wrong ones, and none': {
    steps: [
      [
        ...begin,
        ...call('t1', 'weather', JSON.stringify('{"city":"Porto"}')),
        ...call('t2', 'weather', '{"town":"Porto"}'),
        ...call('t3', 'clock', ''),
        finish('stop'),
      ],
      [...begin, ...done],
    ],
  },
  'arguments that are no JSON, and a tool that there is not': {
    steps: [
      [
        ...begin,
        ...call('t1', 'weather', '{"city":'),
        ...call('t2', 'Weather', '{"city":"Porto"}'),
        finish('tool-calls'),
      ],
      [...begin, ...call('t3', 'teleport', '{'), ...call('t4', 'weather', '{"city":"Faro"}'), finish('tool-calls')],
      [...begin, ...done],
    ],
  },
  'a text of the same id in the next step': {
    steps: [
      [...begin, ...text('0', 'Well.'), ...call('t1', 'clock', '{}'), finish('tool-calls')],
      [...begin, ...done],
    ],
    // The SDK gives it an id by chance; ids are unique while a text is open, and that is enough for its client.
    differs: (sdk) => sdk.map((chunk) => ('id' in chunk ? { ...chunk, id: '0' } : chunk)),
  },
  'a call that was cut off': {
    steps: [[...begin, ...call('t1', 'weather', '{"city":"Porto"}'), finish('length')]],
  },
  'a call in a stream that was interrupted': {
    steps: [[...begin, ...call('t1', 'weather', '{"ci'), finish('interrupted')]],
  },
  'tools of the provider': {
    steps: [
      [
        ...begin,
        ...call('p1', 'search', '{"q":"rain"}', { providerExecuted: true, dynamic: true }),
        { type: 'tool-result', toolCallId: 'p1', toolName: 'search', result: ['rain'], dynamic: true },
        ...call('p2', 'search', '', { providerExecuted: true, dynamic: true, providerMetadata: metadata }),
        { type: 'tool-result', toolCallId: 'p2', toolName: 'search', result: 'broke', isError: true, dynamic: true },
        ...call('p3', 'secret', '{}', { providerExecuted: true }),
        ...call('t1', 'clock', '{}'),
        finish('tool-calls'),
      ],
      [...begin, ...done],
    ],
  },
  'results of the provider that are not its last ones': {
    steps: [
      [
        ...begin,
        ...call('p1', 'search', '{"q":"rain"}', { providerExecuted: true, dynamic: true }),
        { type: 'tool-result', toolCallId: 'p1', toolName: 'search', result: ['r'], dynamic: true, preliminary: true },
        { type: 'tool-result', toolCallId: 'p1', toolName: 'search', result: ['rain'], dynamic: true },
        finish('stop'),
      ],
    ],
    // The SDK does not say so of the first one.
    differs: (sdk) =>
      sdk.map((chunk) => (JSON.stringify(chunk).includes('"r"') ? ({ ...chunk, preliminary: true } as never) : chunk)),
  },
  'sources, files and what only one provider has': {
    steps: [
      [
        ...begin,
        { type: 'source', sourceType: 'url', id: 's1', url: 'https://example.com/a', title: 'A' },
        { type: 'source', sourceType: 'document', id: 's2', mediaType: 'text/plain', title: 'B', filename: 'b.txt' },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([104, 105]) } },
        { type: 'reasoning-file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } },
        { type: 'custom', kind: 'some.thing', providerMetadata: metadata },
        finish('stop'),
      ],
    ],
  },
  'an error in the middle': {
    steps: [[...begin, { type: 'text-start', id: '0' }, { type: 'error', error: { message: 'x' } }, finish('error')]],
  },
  'a piece of a text that was not begun': {
    steps: [[...begin, { type: 'text-delta', id: '9', delta: 'lost' }, finish('stop')]],
    // The SDK passes the piece on, which its client breaks off at, and then the error.
    differs: (sdk) => sdk.filter(({ type }) => type !== 'text-delta'),
  },
  'a connection that breaks': { steps: [[...begin, { type: 'text-start', id: '0' }, 'break']] },
  'an early end': {
    steps: [[...begin, { type: 'text-start', id: '0' }, { type: 'text-delta', id: '0', delta: 'Hel' }]],
    // The SDK takes it for an end with the reason `other`, in the middle of a text.
    differs: (sdk) => [...sdk.slice(0, 3), { type: 'error', errorText: '' }],
  },
  'an end before the beginning': { steps: [[]] },
  'refusals before the first piece': {
    steps: [
      refusal(429, { responseHeaders: { 'retry-after-ms': '1' } }),
      refusal(503, { responseHeaders: { 'retry-after': '0' } }),
      [...begin, ...call('t1', 'clock', '{}'), finish('tool-calls')],
      refusal(500, { responseHeaders: { 'retry-after': new Date(0).toUTCString(), 'retry-after-ms': '1' } }),
      [...begin, ...done],
    ],
  },
  'a refusal that no repetition helps': { steps: [refusal(400)] },
  'a refusal that is none of the provider’s': { steps: [new Error('there is no key')] },
  'a refusal too many': {
    steps: Array.from({ length: 4 }, () => refusal(500, { responseHeaders: { 'retry-after-ms': '1' } })),
  },
  'more steps than it may have': {
    steps: Array.from({ length: 4 }, (_, index) => [
      ...begin,
      ...call(`t${index}`, 'clock', '{}'),
      finish('tool-calls'),
    ]),
  },
  'a stop between two steps': {
    steps: [
      [...begin, ...call('t1', 'clock', '{}'), finish('tool-calls')],
      (stop) => {
        stop();
        return [...begin, ...done];
      },
    ],
  },
};

/** A model that gives these steps, and the requests that it got. */
function scripted(steps: readonly Step[], stop: () => void) {
  const left = [...steps];
  return new MockLanguageModelV4({
    doStream: async () => {
      const step = left.shift() ?? new Error('asked too often');
      if (step instanceof Error) throw step;
      const parts = typeof step === 'function' ? step(stop) : step;
      return {
        stream: new ReadableStream<ModelPart>({
          pull(controller) {
            const part = parts.shift();
            if (part === 'break') controller.error(new TypeError('terminated'));
            else if (part === undefined) controller.close();
            else controller.enqueue(part);
          },
        }),
      };
    },
  });
}

function requestOf({ steps }: Row): TurnRequest & { model: MockLanguageModelV4 } {
  const stop = new AbortController();
  const copies = steps.map((step) => (Array.isArray(step) ? [...step] : step));
  return {
    assistant: { limits: { maxOutputTokens: 100, steps: 3 } },
    model: scripted(copies, () => stop.abort()),
    turns: [
      { role: 'user', text: 'Hi' },
      { role: 'assistant', text: 'Hello' },
      { role: 'user', text: 'Does it rain?' },
    ],
    instructions: 'Be kind.',
    tools,
    principalId: 'alice',
    conversationId: 'c',
    abort: stop.signal,
    watch: new AnswerWatch(ANSWER_TIMEOUTS),
  };
}

async function ourTurn(request: TurnRequest) {
  const chunks: UIMessageChunk[] = [];
  const turn = new ModelTurn(request);
  try {
    const { finish, usage } = await turn.take((chunk) => chunks.push(chunk));
    chunks.push({ type: 'finish', finishReason: finish.finishReason.unified });
    return { chunks, usage };
  } catch (error) {
    chunks.push(request.abort.aborted ? { type: 'abort' } : { type: 'error', errorText: '' });
    return { chunks, error, usage: {} };
  } finally {
    request.watch.stop();
  }
}

/** As it goes over the wire, without what says nothing: a `dynamic` that is false, and words of errors and ends. */
function told(chunks: UIMessageChunk[]): UIMessageChunk[] {
  const end = chunks.findIndex(({ type }) => type === 'error' || type === 'abort');
  const upTo = end === -1 ? chunks : [...chunks.slice(0, end), { type: chunks[end]!.type } as UIMessageChunk];
  const json = JSON.stringify(upTo, (key, value: unknown) =>
    key === 'dynamic' && value === false ? undefined : value,
  );
  return JSON.parse(json) as UIMessageChunk[];
}

/** The SDK says of a call that cannot be run also that the tool failed, which is the same once more. */
function once(chunks: UIMessageChunk[]): UIMessageChunk[] {
  const refused = new Set(chunks.flatMap((chunk) => (chunk.type === 'tool-input-error' ? [chunk.toolCallId] : [])));
  return chunks.filter((chunk) => chunk.type !== 'tool-output-error' || !refused.has(chunk.toolCallId));
}

/** What a model was asked. The words for a call that cannot be run are our own. */
const calls = ({ doStreamCalls }: MockLanguageModelV4): unknown => {
  const asked = doStreamCalls.map(({ prompt, tools, maxOutputTokens }) => ({ prompt, tools, maxOutputTokens }));
  const isWords = (value: unknown) => (value as { type?: unknown } | null)?.type === 'error-text';
  return JSON.parse(JSON.stringify(asked, (_key, value: unknown) => (isWords(value) ? 'words' : value)));
};

describe('a turn gives what the AI SDK would, and asks the model as that would, of', () => {
  it.each(Object.entries(rows))('%s', async (_name, row) => {
    const [sdkRequest, ourRequest] = [requestOf(row), requestOf(row)];
    const sdk = await sdkTurn(sdkRequest);
    sdkRequest.watch.stop();
    const our = await ourTurn({ ...ourRequest, mergeMs: 0 });
    const { differs = (chunks) => chunks } = row;
    expect(told(our.chunks)).toEqual(told(differs(once(told(sdk.chunks)))));
    expect(calls(ourRequest.model)).toEqual(calls(sdkRequest.model));
    if (our.error === undefined) expect(our.usage).toEqual(JSON.parse(JSON.stringify(sdk.usage)));
  });

  it.each(Object.entries(rows))('%s, with its pieces put together', async (_name, row) => {
    const [plain, merged] = [requestOf(row), requestOf(row)];
    const joined = (chunks: UIMessageChunk[]) =>
      chunks.reduce<UIMessageChunk[]>((all, chunk) => {
        const last = all.at(-1);
        const isNext = last?.type === 'text-delta' && chunk.type === 'text-delta' && last.id === chunk.id;
        if (!isNext || chunk.providerMetadata !== undefined) return [...all, chunk];
        return [...all.slice(0, -1), { ...last, delta: last.delta + chunk.delta }];
      }, []);
    const [one, other] = [await ourTurn({ ...plain, mergeMs: 0 }), await ourTurn(merged)];
    expect(joined(told(other.chunks))).toEqual(joined(told(one.chunks)));
    expect(calls(merged.model)).toEqual(calls(plain.model));
  });
});

it('a model is told in words which tools there are, and what is wrong with its arguments', async () => {
  const request = requestOf(rows['arguments that are no JSON, and a tool that there is not']!);
  const reports: string[] = [];
  await ourTurn({ ...request, report: (what) => reports.push(what) });
  const [, second] = request.model.doStreamCalls;
  const words = JSON.stringify(second?.prompt.at(-1));
  expect(words).toContain("unavailable tool 'Weather'. Available tools: weather, clock.");
  expect(words).toContain('Invalid input for tool weather: SyntaxError');
  expect(reports).toEqual(Array.from({ length: 3 }, () => 'the model called a tool that it cannot use'));
});

it('a model that does not do all it is asked for is reported, and answers', async () => {
  const warning = { type: 'unsupported' as const, feature: 'tools' };
  const request = requestOf({ steps: [[{ type: 'stream-start', warnings: [warning] }, ...done]] });
  const reports: unknown[] = [];
  const { chunks } = await ourTurn({ ...request, report: (...told) => reports.push(told) });
  expect(reports).toEqual([['a model does not do all it is asked for', [warning]]]);
  expect(chunks.at(-1)).toEqual({ type: 'finish', finishReason: 'stop' });
});

describe('an abort ends a turn', () => {
  it('in the middle of a tool, which says nothing more', async () => {
    const stop = new AbortController();
    const hanging = defineTool({
      name: 'clock',
      description: 'The time',
      inputSchema: z.object({}),
      execute: () => {
        queueMicrotask(() => stop.abort());
        return new Promise(() => undefined);
      },
    });
    const steps = [[...begin, ...call('t1', 'clock', '{}'), finish('tool-calls')]];
    const { chunks } = await ourTurn({ ...requestOf({ steps }), tools: [hanging], abort: stop.signal });
    expect(chunks.map(({ type }) => type).slice(-2)).toEqual(['tool-input-available', 'abort']);
  });

  it('of a stream that does not hear of it, and lets the provider go', async () => {
    const stop = new AbortController();
    let cancelled = false;
    const stream = new ReadableStream<ModelPart>({
      start: (controller) => controller.enqueue({ type: 'text-start', id: '0' }),
      cancel: () => void (cancelled = true),
    });
    const request = { ...requestOf({ steps: [] }), model: new MockLanguageModelV4({ doStream: { stream } }) };
    const turn = new ModelTurn({ ...request, abort: stop.signal });
    const reading = turn.take(({ type }) => type === 'text-start' && stop.abort(new Error('enough')));
    await expect(reading).rejects.toThrow('enough');
    expect(cancelled).toBe(true);
    request.watch.stop();
  });

  it('while it waits to ask again', async () => {
    const stop = new AbortController();
    const request = requestOf({ steps: [refusal(429), [...begin, ...done]] });
    setImmediate(() => stop.abort());
    const { chunks } = await ourTurn({ ...request, abort: stop.signal });
    expect([chunks, request.model.doStreamCalls.length]).toEqual([[{ type: 'abort' }], 1]);
  });
});

it('a stream that reports an error is let go, though its provider goes on', async () => {
  let cancelled = false;
  const stream = new ReadableStream<ModelPart>({
    start: (controller) => controller.enqueue({ type: 'error', error: { message: 'x' } }),
    cancel: () => void (cancelled = true),
  });
  const request = { ...requestOf({ steps: [] }), model: new MockLanguageModelV4({ doStream: { stream } }) };
  const { error } = await ourTurn(request);
  expect([(error as Error).message, cancelled]).toEqual(['{"message":"x"}', true]);
});
