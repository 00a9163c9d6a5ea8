import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ParleyError } from '@parley/errors';
import type { UIMessageChunk } from 'ai';
import { ask, requestTo, timeouts } from '../testing/ask';
import { ConverseServer, type Exchange } from '../testing/converse-server';
import type { AnswerEnd } from './answer';
import { streamAnswer, type AnswerRequest } from './stream-answer';

const server = new ConverseServer();
beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  await server.start();
});
afterAll(() => server.stop());

const answer = (more: Partial<AnswerRequest> = {}) => ask(server, more);
const hang = () => undefined;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const MODEL_UNAVAILABLE = { type: 'error', errorText: 'model_unavailable' };
const MODEL_TIMEOUT = { type: 'error', errorText: 'model_timeout' };

describe('an answer', () => {
  it('streams as the model writes and ends with what it cost', async () => {
    server.reply((to) => to.text('Hel', 'lo!').end());
    const { end, types, terminal } = await answer();
    expect(types).toEqual([
      'start',
      'start-step',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'finish-step',
      'finish',
    ]);
    expect(terminal).toEqual({ type: 'finish', finishReason: 'stop' });
    expect(end).toMatchObject({
      outcome: 'completed',
      text: 'Hello!',
      parts: [{ type: 'text', text: 'Hello!' }],
      finishReason: 'stop',
      usage: { inputTokens: 7, outputTokens: 3 },
      estimatedUsage: { inputTokens: Math.ceil('Be kind.Hello'.length / 4), outputTokens: 2 },
    });
    const [request] = server.requests;
    expect(request).toMatchObject({
      model: 'test.model-v1:0',
      body: {
        system: [{ text: 'Be kind.' }],
        messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
        inferenceConfig: { maxTokens: 100 },
      },
    });
  });

  it('that reached its length, or was filtered, ends as whole', async () => {
    for (const [stopReason, finishReason] of [
      ['max_tokens', 'length'],
      ['guardrail_intervened', 'content-filter'],
    ] as const) {
      server.reply((to) => to.text('Once upon').end(stopReason));
      const { end, terminal } = await answer();
      expect([end?.outcome, terminal]).toEqual(['completed', { type: 'finish', finishReason }]);
    }
  });

  it('does not show what the model thinks', async () => {
    server.reply((to) => {
      to.event('contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { text: 'hmm' } } });
      to.event('contentBlockStop', { contentBlockIndex: 0 });
      to.event('contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'Yes.' } });
      to.event('contentBlockStop', { contentBlockIndex: 1 }).end();
    });
    const { chunks } = await answer();
    expect(JSON.stringify(chunks)).not.toContain('hmm');
  });

  it('is kept before its reader is told of the end', async () => {
    server.reply((to) => to.text('Hi').end());
    const kept = Promise.withResolvers<void>();
    const stored = Promise.withResolvers<void>();
    const seen: string[] = [];
    const request = requestTo(server, {
      onEnd: async () => {
        stored.resolve();
        await kept.promise;
        seen.push('kept');
      },
    });
    const answered = streamAnswer(request, ({ type }) => seen.push(type));
    await stored.promise;
    expect(seen).not.toContain('finish');
    kept.resolve();
    await answered;
    expect(seen.slice(-2)).toEqual(['kept', 'finish']);
  });

  it('that could not be kept ends with an error, not as if all were well', async () => {
    for (const [thrown, errorText] of [
      [new ParleyError('store_unavailable'), 'store_unavailable'],
      [new Error('secret'), 'internal'],
    ] as const) {
      server.reply((to) => to.text('Hi').end());
      const { terminal } = await answer({ onEnd: () => Promise.reject(thrown) });
      expect(terminal).toEqual({ type: 'error', errorText });
    }
  });

  it('that is open holds nothing of the log: a conversation may be long', async () => {
    const begun = Promise.withResolvers<void>();
    server.reply((to) => begun.resolve(void to.text('Hel')));
    const stop = new AbortController();
    const request = requestTo(server, { signal: stop.signal });
    const held = new WeakRef(structuredClone(request.history[0]!));
    const types: string[] = [];
    const answered = streamAnswer({ ...request, history: [held.deref()!] }, ({ type }) => types.push(type));
    await begun.promise;
    for (let turn = 0; turn < 10 && held.deref() !== undefined; turn += 1) {
      // What is looked at through a WeakRef lives to the end of its turn.
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    expect(held.deref()).toBeUndefined();
    stop.abort();
    await answered;
    expect(types.at(-1)).toBe('finish');
  });
});

describe('a model that breaks off', () => {
  const breaks: [string, (to: Exchange) => void][] = [
    ['by a reset of the connection', (to) => to.text('Hel').reset()],
    ['by a frame whose checksum is wrong', (to) => to.text('Hel').corrupt().hangUp()],
    [
      'by half a frame',
      (to) =>
        to
          .text('Hel')
          .raw(new Uint8Array([0, 0, 0, 90, 0]))
          .hangUp(),
    ],
    ['by a clean end without a reason and usage', (to) => to.text('Hel').hangUp()],
    [
      'by an exception in the stream',
      (to) => to.text('Hel').exception('modelStreamErrorException', 'arn:aws:secret').hangUp(),
    ],
    ['by throttling in the stream', (to) => to.text('Hel').exception('throttlingException', 'arn:aws:secret').hangUp()],
  ];
  it.each(breaks)('%s ends the stream with an error and keeps what was seen', async (_name, reply) => {
    server.reply(reply);
    const { end, chunks, terminal } = await answer();
    expect(terminal).toEqual(MODEL_UNAVAILABLE);
    expect(end).toMatchObject({ outcome: 'failed', errorCode: 'model_unavailable' });
    expect(end?.cause).toHaveProperty('message');
    expect(end?.usage).toBeUndefined();
    expect(end?.estimatedUsage.inputTokens).toBeGreaterThan(0);
    expect(JSON.stringify(chunks)).not.toContain('secret');
    expect(chunks.filter(({ type }) => type === 'text-start')).toHaveLength(
      chunks.filter(({ type }) => type === 'text-end').length,
    );
    expect(server.requests).toHaveLength(1);
  });

  it('and keeps its connection open does not keep ours', async () => {
    const closed = Promise.withResolvers<void>();
    server.reply((to) => {
      to.text('Hel').exception('internalServerException', 'secret');
      void to.closed.then(closed.resolve);
    });
    expect((await answer()).terminal).toEqual(MODEL_UNAVAILABLE);
    await closed.promise;
  });

  it('before its first piece ends the stream with an error too', async () => {
    server.reply((to) => to.raw(new Uint8Array()).hangUp());
    expect((await answer()).terminal).toEqual(MODEL_UNAVAILABLE);
  });
});

describe('a model that refuses', () => {
  it.each([429, 500, 503])('with %i before the first piece is asked again, and answers', async (status) => {
    server.reply(
      (to) => to.refuse(status, 'ThrottlingException', 'slow down'),
      (to) => to.text('Hi').end(),
    );
    expect((await answer()).end).toMatchObject({ outcome: 'completed', text: 'Hi' });
  });

  it('again and again is asked a bounded number of times', async () => {
    server.reply(...Array.from({ length: 9 }, () => (to: Exchange) => to.refuse(429, 'ThrottlingException', 'secret')));
    const { terminal, chunks } = await answer();
    expect(terminal).toEqual(MODEL_UNAVAILABLE);
    expect(server.requests).toHaveLength(3);
    expect(JSON.stringify(chunks)).not.toContain('secret');
  });

  it.each([
    [400, 'ValidationException'],
    [403, 'AccessDeniedException'],
    [404, 'ResourceNotFoundException'],
  ])('with %i %s is not asked again', async (status, type) => {
    server.reply((to) => to.refuse(status, type, 'secret'));
    const { terminal, end } = await answer();
    expect(terminal).toEqual(MODEL_UNAVAILABLE);
    expect(String((end?.cause as Error).message)).toContain('secret');
    expect(server.requests).toHaveLength(1);
  });

  it('because it took too long says so', async () => {
    for (const maxRetries of [0, 1]) {
      const refuse = (to: Exchange) => to.refuse(408, 'ModelTimeoutException', 'secret');
      server.reply(refuse, refuse);
      expect((await answer({ maxRetries })).terminal).toEqual(MODEL_TIMEOUT);
      expect(server.requests).toHaveLength(maxRetries + 1);
    }
  });
});

describe('a model that stalls', () => {
  it('before its headers is given up: no abort, which would look like a good end', async () => {
    server.reply(hang);
    const { terminal, end } = await answer({ timeouts: timeouts({ firstChunkMs: 30 }) });
    expect(terminal).toEqual(MODEL_TIMEOUT);
    expect(end).toMatchObject({ outcome: 'failed', errorCode: 'model_timeout' });
  });

  it('after its headers is given up', async () => {
    server.reply((to) => void to.event('messageStart', { role: 'assistant' }));
    expect((await answer({ timeouts: timeouts({ firstChunkMs: 30 }) })).terminal).toEqual(MODEL_TIMEOUT);
  });

  it('in the middle is given up, and its request ended', async () => {
    const closed = Promise.withResolvers<void>();
    server.reply((to) => {
      to.text('Hel');
      void to.closed.then(closed.resolve);
    });
    const { terminal, end } = await answer({ timeouts: timeouts({ chunkMs: 30 }) });
    expect(terminal).toEqual(MODEL_TIMEOUT);
    expect(end).toMatchObject({ text: 'Hel', outcome: 'failed' });
    await closed.promise;
  });

  it('by writing without end is given up', async () => {
    server.reply(async (to) => {
      const gone = to.closed.then(() => true);
      while (!(await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 2, false))]))) to.text('word ');
    });
    expect((await answer({ timeouts: timeouts({ totalMs: 100 }) })).terminal).toEqual(MODEL_TIMEOUT);
  });
});

describe('an answer that is stopped', () => {
  it('ends for its reader as if it were whole, and says that it was interrupted', async () => {
    const stop = new AbortController();
    const closed = Promise.withResolvers<void>();
    server.reply((to) => {
      to.text('Hel');
      void to.closed.then(closed.resolve);
    });
    const ends: AnswerEnd[] = [];
    const chunks: UIMessageChunk[] = [];
    const request = requestTo(server, { signal: stop.signal, onEnd: (end) => void ends.push(end) });
    await streamAnswer(request, (chunk) => {
      chunks.push(chunk);
      if (chunk.type === 'text-delta') stop.abort();
    });
    expect(chunks.slice(-3).map(({ type }) => type)).toEqual(['text-end', 'finish-step', 'finish']);
    expect(chunks.at(-1)).toEqual({ type: 'finish', finishReason: 'interrupted' });
    expect(ends).toEqual([expect.objectContaining({ outcome: 'stopped', text: 'Hel' })]);
    expect(ends[0]?.errorCode).toBeUndefined();
    await closed.promise;
  });

  it('before it began asks no model', async () => {
    server.reply();
    const { types, end } = await answer({ signal: AbortSignal.abort() });
    expect([types, end?.outcome]).toEqual([['start', 'finish'], 'stopped']);
    expect(server.requests).toHaveLength(0);
  });
});
