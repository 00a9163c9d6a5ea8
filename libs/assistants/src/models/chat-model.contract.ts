import { APICallError } from 'ai';
import { ConverseServer, type Exchange } from '../testing/converse-server';
import { QUESTION, readAnswer } from '../testing/read-answer';
import type { ChatModel, ModelPart } from './chat-model';

/** What every chat model promises, whoever reads its provider's stream. */
export function chatModelContract(modelAt: (url: string) => ChatModel): void {
  const server = new ConverseServer();
  let model: ChatModel;
  beforeAll(async () => {
    await server.start();
    model = modelAt(server.url);
  });
  afterAll(() => server.stop());

  const said = (part: ModelPart) => (part.type === 'text-delta' ? [part.delta] : []);
  const never = new AbortController().signal;

  /** Asks a model whose answer is begun and stays open, and what becomes of its request. */
  async function open(...pieces: string[]) {
    const exchange = Promise.withResolvers<Exchange>();
    server.reply((to) => exchange.resolve(to.event('messageStart', { role: 'assistant' }).text(...pieces)));
    return { answer: await model.ask(QUESTION), to: await exchange.promise };
  }

  it('tells each part in the moment it comes, and then the end', async () => {
    const { answer, to } = await open('one');
    const told: string[] = [];
    const second = Promise.withResolvers<void>();
    const reading = answer.read((part) => {
      told.push(...said(part));
      if (told.length === 1) to.text('two');
      if (told.length === 2) second.resolve();
    }, never);
    await second.promise;
    to.end();
    await reading;
    expect(told).toEqual(['one', 'two']);
  });

  it('begins with what the provider’s package says before the answer, and ends with why it ended', async () => {
    server.reply((to) => to.text('Hi').end());
    const parts = await readAnswer(model);
    expect(parts[0]).toEqual({ type: 'stream-start', warnings: [] });
    expect(parts[1]).toMatchObject({ type: 'response-metadata', modelId: 'some.model-v1:0' });
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'stop', raw: 'end_turn' } });
  });

  it('throws what breaks the connection, after what came', async () => {
    const { answer, to } = await open('one');
    const told: string[] = [];
    const reading = answer.read((part) => {
      told.push(...said(part));
      if (told.length === 1) to.reset();
    }, never);
    await expect(reading).rejects.toThrow('terminated');
    expect(told).toEqual(['one']);
  });

  it('throws what broke the connection before anybody read', async () => {
    const { answer, to } = await open();
    to.reset();
    await to.closed;
    // Here it is seen when the loop has looked at its connections again.
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await expect(answer.read(() => undefined, never)).rejects.toThrow('terminated');
  });

  it('throws what its reader throws, tells it nothing more, and lets the provider go', async () => {
    const { answer, to } = await open('one', 'two', 'three');
    const told: string[] = [];
    const reading = answer.read((part) => {
      told.push(...said(part));
      if (told.length === 2) throw new Error('enough');
    }, never);
    await expect(reading).rejects.toThrow('enough');
    await to.closed;
    expect(told).toEqual(['one', 'two']);
  });

  it('ends with the reason of an abort, and lets the provider go', async () => {
    const { answer, to } = await open('one', 'two');
    const stop = new AbortController();
    const reading = answer.read((part) => said(part).length > 0 && stop.abort(new Error('stopped')), stop.signal);
    await expect(reading).rejects.toThrow('stopped');
    await to.closed;
  });

  it('tells nothing when it was aborted before', async () => {
    const { answer, to } = await open('one');
    const told: ModelPart[] = [];
    const reading = answer.read((part) => told.push(part), AbortSignal.abort(new Error('stopped')));
    await expect(reading).rejects.toThrow('stopped');
    await to.closed;
    expect(told).toEqual([]);
  });

  it('throws why it ended when the request was aborted', async () => {
    const stop = new AbortController();
    server.reply((to) => void to.text('one'));
    const answer = await model.ask({ ...QUESTION, abortSignal: stop.signal });
    stop.abort();
    await expect(answer.read(() => undefined, never)).rejects.toThrow();
  });

  it.each([
    [429, 'ThrottlingException', true],
    [503, 'ServiceUnavailableException', true],
    [400, 'ValidationException', false],
  ])('throws a refusal with %i, and whether it helps to ask again', async (statusCode, type, isRetryable) => {
    server.reply((to) => to.refuse(statusCode, type, 'no'));
    const error: unknown = await model.ask(QUESTION).catch((thrown: unknown) => thrown);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode, isRetryable, message: 'no', responseHeaders: { 'retry-after-ms': '1' } });
  });

  it('throws that a connection could not be made as one that may be made again', async () => {
    const error: unknown = await modelAt('http://127.0.0.1:1')
      .ask(QUESTION)
      .catch((thrown: unknown) => thrown);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ isRetryable: true });
  });

  it('gives an answer as a whole', async () => {
    server.reply((to) => to.whole('Hi'));
    expect(await model.doGenerate(QUESTION)).toMatchObject({ content: [{ type: 'text', text: 'Hi' }] });
  });
}
