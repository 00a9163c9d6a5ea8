import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { jsonSchema, isStepCount, streamText, tool, type TextStreamPart, type ToolSet } from 'ai';
import { startBedrock, type BedrockSimulator, type FaultInput } from '../index';

/** What each fault of the model becomes for who reads `fullStream`. */
describe('ConverseStream, through the AI SDK over HTTP/1.1', () => {
  let simulator: BedrockSimulator;
  beforeAll(async () => void (simulator = await startBedrock({ text: { pieceMs: 0 } })));
  afterAll(() => simulator.close());
  afterEach(() => simulator.faults.clear());

  const model = () =>
    createAmazonBedrock({
      baseURL: simulator.endpoint,
      region: 'us-east-1',
      accessKeyId: 'local',
      secretAccessKey: 'local',
    })('amazon.nova-lite-v1:0');

  async function run(fault?: FaultInput, options: Partial<Parameters<typeof streamText>[0]> = {}) {
    if (fault) simulator.faults.next(fault);
    const { fullStream } = streamText({
      model: model(),
      prompt: 'hello there',
      maxRetries: 0,
      onError: () => undefined,
      ...options,
    } as Parameters<typeof streamText>[0]);
    const parts: TextStreamPart<ToolSet>[] = [];
    let thrown: unknown;
    try {
      for await (const part of fullStream) parts.push(part);
    } catch (error) {
      thrown = error;
    }
    const of = <T extends TextStreamPart<ToolSet>['type']>(type: T) =>
      parts.filter((part): part is Extract<TextStreamPart<ToolSet>, { type: T }> => part.type === type);
    return {
      parts,
      thrown,
      of,
      text: of('text-delta')
        .map(({ text }) => text)
        .join(''),
    };
  }

  it('streams a whole answer', async () => {
    const { text, of } = await run();
    expect(text).toContain('You wrote: “hello there”.');
    expect(of('text-end')).toHaveLength(1);
    expect(of('finish')[0]).toMatchObject({ finishReason: 'stop', totalUsage: { outputTokens: expect.any(Number) } });
    expect(simulator.requests.last).toMatchObject({ protocol: 'http/1.1', outcome: 'answered' });
  });

  it('runs a tool and goes on with its result', async () => {
    const lookup = tool({
      description: 'Looks it up.',
      inputSchema: jsonSchema<{ query: string }>({ type: 'object', properties: { query: { type: 'string' } } }),
      execute: ({ query }) => `found ${query}`,
    });
    const { text, of } = await run(undefined, {
      prompt: 'use lookup {"query":"roaming"}',
      tools: { lookup },
      stopWhen: isStepCount(3),
    });
    expect(of('tool-result')[0]).toMatchObject({ output: 'found roaming' });
    expect(text).toContain('The tool answered: found roaming.');
  });

  it('shows reasoning, a filter, a limit and missing usage', async () => {
    expect((await run({ kind: 'reasoning' })).of('reasoning-delta').length).toBeGreaterThan(0);
    expect((await run({ kind: 'contentFilter' })).of('finish')[0]).toMatchObject({ finishReason: 'content-filter' });
    expect((await run({ kind: 'maxTokens' })).of('finish')[0]).toMatchObject({ finishReason: 'length' });
    const finish = (await run({ kind: 'missingUsage' })).of('finish')[0];
    expect(finish).toMatchObject({ finishReason: 'stop' });
    expect(finish?.totalUsage.outputTokens).toBeUndefined();
  });

  it.each([400, 403, 404, 429, 500, 503] as const)('status %i is an error part', async (status) => {
    const { of } = await run({ kind: 'http', status });
    expect(of('error')[0]?.error).toMatchObject({ statusCode: status });
  });

  it('is asked again after a 429 that says when', async () => {
    const before = simulator.requests.all.length;
    const { text } = await run({ kind: 'http', status: 429, retryAfterSeconds: 0.02 }, { maxRetries: 1 });
    expect(text).toContain('hello there');
    expect(simulator.requests.all.length).toBe(before + 2);
  });

  it.each([0, 3])('an exception after %i frames is an error part, then finish: error', async (afterFrames) => {
    const { of } = await run({ kind: 'exception', name: 'throttlingException', message: 'Slow down.', afterFrames });
    expect(JSON.stringify(of('error')[0]?.error)).toContain('429');
    expect(of('finish')[0]).toMatchObject({ finishReason: 'error' });
  });

  it('a clean early end is no error: no usage, no end of the text', async () => {
    const { of, thrown } = await run({ kind: 'end', afterFrames: 3 });
    expect(thrown).toBeUndefined();
    expect(of('finish')[0]).toMatchObject({ finishReason: 'other' });
    expect(of('finish')[0]?.totalUsage.outputTokens).toBeUndefined();
    expect(of('text-end')).toEqual([]);
  });

  it.each(['reset', 'drop', 'halfFrame', 'badChecksum'] as const)(
    '%s in the middle breaks the stream',
    async (kind) => {
      const { of, thrown } = await run({ kind, afterFrames: 3 });
      expect(thrown ?? of('error')[0]?.error).toBeDefined();
      expect(of('finish').filter(({ finishReason }) => finishReason === 'stop')).toEqual([]);
    },
  );

  it.each([0, 3])('a stall after %i frames trips the timeouts of the AI SDK', async (afterFrames) => {
    const { of, thrown } = await run({ kind: 'stall', afterFrames }, {
      timeout: { firstChunkMs: 150, chunkMs: 150 },
    } as object);
    expect(of('abort').length + of('error').length + (thrown ? 1 : 0)).toBeGreaterThan(0);
    const { last } = simulator.requests;
    await simulator.requests.until((record) => record === last && record.outcome === 'cancelled');
  });

  it('unknown events and fields are passed over', async () => {
    const { text, of } = await run({ kind: 'unknownEvents' });
    expect(text).toContain('hello there');
    expect(of('finish')[0]).toMatchObject({ finishReason: 'stop' });
  });

  it('a closed connection of the reader is recorded as cancelled', async () => {
    simulator.faults.next({ kind: 'slow', everyMs: 5_000 });
    const abort = new AbortController();
    const { fullStream } = streamText({ model: model(), prompt: 'hi', abortSignal: abort.signal, maxRetries: 0 });
    const reading = (async () => {
      for await (const part of fullStream) if (part.type === 'abort') return part.type;
      return undefined;
    })();
    const record = await simulator.requests.until(({ faults, sent }) => faults[0]?.kind === 'slow' && sent.length > 0);
    abort.abort();
    expect(await reading).toBe('abort');
    await simulator.requests.until((other) => other === record && other.outcome === 'cancelled');
  });

  it('a slow answer goes on at once when all faults are switched off', async () => {
    simulator.faults.next({ kind: 'slow', everyMs: 3_600_000 });
    const result = streamText({ model: model(), prompt: 'hello there', maxRetries: 0 });
    const text = result.text;
    await simulator.requests.until(({ faults, outcome }) => faults[0]?.kind === 'slow' && outcome === 'open');
    simulator.faults.clear();
    expect(await text).toContain('hello there');
  });
});
