import type { UIMessageChunk } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { z } from 'zod';
import { defineTool } from '../domain/tool';
import type { ModelPart } from '../models/chat-model';
import { streamedModel } from '../models/streamed-model';
import { begin, call, done, finish, refusal, requestOf } from '../testing/scripted-model';
import { sdkTurn } from '../testing/sdk-turn';
import { TURNS } from '../testing/turns';
import { ModelTurn, type TurnRequest } from './model-turn';

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
  it.each(Object.entries(TURNS))('%s', async (_name, row) => {
    const [sdkRequest, ourRequest] = [requestOf(row.steps), requestOf(row.steps)];
    const sdk = await sdkTurn(sdkRequest);
    sdkRequest.watch.stop();
    const our = await ourTurn({ ...ourRequest, mergeMs: 0 });
    const { differs = (chunks) => chunks } = row;
    expect(told(our.chunks)).toEqual(told(differs(once(told(sdk.chunks)))));
    expect(calls(ourRequest.provider)).toEqual(calls(sdkRequest.provider));
    if (our.error === undefined) expect(our.usage).toEqual(JSON.parse(JSON.stringify(sdk.usage)));
  });

  it.each(Object.entries(TURNS))('%s, with its pieces put together', async (_name, row) => {
    const [plain, merged] = [requestOf(row.steps), requestOf(row.steps)];
    const joined = (chunks: UIMessageChunk[]) =>
      chunks.reduce<UIMessageChunk[]>((all, chunk) => {
        const last = all.at(-1);
        const isNext = last?.type === 'text-delta' && chunk.type === 'text-delta' && last.id === chunk.id;
        if (!isNext || chunk.providerMetadata !== undefined) return [...all, chunk];
        return [...all.slice(0, -1), { ...last, delta: last.delta + chunk.delta }];
      }, []);
    const [one, other] = [await ourTurn({ ...plain, mergeMs: 0 }), await ourTurn(merged)];
    expect(joined(told(other.chunks))).toEqual(joined(told(one.chunks)));
    expect(calls(merged.provider)).toEqual(calls(plain.provider));
  });
});

it('a model is told in words which tools there are, and what is wrong with its arguments', async () => {
  const request = requestOf(TURNS['arguments that are no JSON, and a tool that there is not']!.steps);
  const reports: string[] = [];
  await ourTurn({ ...request, report: (what) => reports.push(what) });
  const [, second] = request.provider.doStreamCalls;
  const words = JSON.stringify(second?.prompt.at(-1));
  expect(words).toContain("unavailable tool 'Weather'. Available tools: weather, clock.");
  expect(words).toContain('Invalid input for tool weather: SyntaxError');
  expect(reports).toEqual(Array.from({ length: 3 }, () => 'the model called a tool that it cannot use'));
});

it('a model that does not do all it is asked for is reported, and answers', async () => {
  const warning = { type: 'unsupported' as const, feature: 'tools' };
  const request = requestOf([[{ type: 'stream-start', warnings: [warning] }, ...done]]);
  const reports: unknown[] = [];
  const { chunks } = await ourTurn({ ...request, report: (...told) => reports.push(told) });
  expect(reports).toEqual([['a model does not do all it is asked for', new Error('unsupported: tools')]]);
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
    const { chunks } = await ourTurn({ ...requestOf(steps), tools: [hanging], abort: stop.signal });
    expect(chunks.map(({ type }) => type).slice(-2)).toEqual(['tool-input-available', 'abort']);
  });

  it('of a stream that does not hear of it, and lets the provider go', async () => {
    const stop = new AbortController();
    let cancelled = false;
    const stream = new ReadableStream<ModelPart>({
      start: (controller) => controller.enqueue({ type: 'text-start', id: '0' }),
      cancel: () => void (cancelled = true),
    });
    const request = { ...requestOf([]), model: streamedModel(new MockLanguageModelV4({ doStream: { stream } })) };
    const turn = new ModelTurn({ ...request, abort: stop.signal });
    const reading = turn.take(({ type }) => type === 'text-start' && stop.abort(new Error('enough')));
    await expect(reading).rejects.toThrow('enough');
    expect(cancelled).toBe(true);
    request.watch.stop();
  });

  it('while it waits to ask again', async () => {
    const stop = new AbortController();
    const request = requestOf([refusal(429), [...begin, ...done]]);
    setImmediate(() => stop.abort());
    const { chunks } = await ourTurn({ ...request, abort: stop.signal });
    expect([chunks, request.provider.doStreamCalls.length]).toEqual([[{ type: 'abort' }], 1]);
  });
});

it('a stream that reports an error is let go, though its provider goes on', async () => {
  let cancelled = false;
  const stream = new ReadableStream<ModelPart>({
    start: (controller) => controller.enqueue({ type: 'error', error: { message: 'x' } }),
    cancel: () => void (cancelled = true),
  });
  const request = { ...requestOf([]), model: streamedModel(new MockLanguageModelV4({ doStream: { stream } })) };
  const { error } = await ourTurn(request);
  expect([(error as Error).message, cancelled]).toEqual(['{"message":"x"}', true]);
});
