import type { BedrockSimulator } from '@parley/aws-sim';
import type { Message } from '@parley/protocol';
import { textOf } from '@parley/protocol';
import { ChatUi } from './testing/chat-ui';
import { startChat, type ChatUnderTest } from './testing/start-chat';

type Fault = Parameters<BedrockSimulator['faults']['next']>[0];

let chat: ChatUnderTest;
beforeAll(async () => {
  chat = await startChat(
    { text: { pieceMs: 1, pieceWords: 1 } },
    { ANSWER_FIRST_CHUNK_MS: '1500', ANSWER_CHUNK_MS: '500', ANSWER_TOTAL_MS: '10000' },
  );
});
afterAll(() => chat.close());

const operation = 'converseStream';
const open = () => new ChatUi({ user: 'alice', url: () => chat.url, issuer: chat.issuer });
const logOf = (ui: ChatUi): Promise<Message[]> => chat.store.lastMessages(chat.issuer.users[0]!.sub, ui.id, 9);

/** What the person sees is right each time, and is what docs/protocol.md says. */
describe('when the provider', () => {
  it.each<[string, Fault, string]>([
    ['resets the connection', { kind: 'reset', operation, afterFrames: 4 }, 'model_unavailable'],
    ['is gone without a word', { kind: 'drop', operation, afterFrames: 4 }, 'model_unavailable'],
    ['ends early and cleanly', { kind: 'end', operation, afterFrames: 4 }, 'model_unavailable'],
    ['ends in the middle of a frame', { kind: 'halfFrame', operation, afterFrames: 4 }, 'model_unavailable'],
    ['sends garbage', { kind: 'badChecksum', operation, afterFrames: 4 }, 'model_unavailable'],
    [
      'throws in its stream',
      { kind: 'exception', operation, name: 'modelStreamErrorException', afterFrames: 4 },
      'model_unavailable',
    ],
    [
      'throttles in its stream',
      { kind: 'exception', operation, name: 'throttlingException', afterFrames: 4 },
      'model_unavailable',
    ],
    ['stalls', { kind: 'stall', operation, afterFrames: 4 }, 'model_timeout'],
  ])('%s after some of the answer: an error, and that part is kept as such', async (_, fault, code) => {
    const ui = open();
    chat.bedrock.faults.next(fault);
    await ui.sendMessage({ text: 'this will break off' });
    expect([ui.status, ui.error?.message]).toEqual(['error', code]);
    const [, part] = await logOf(ui);
    expect(part).toMatchObject({ role: 'assistant', interrupted: true, id: ui.messages[1]!.id });
    expect(textOf(part!.parts)).toBe(ui.said[1]![1]);
    expect(ui.said[1]![1]).not.toBe('');
    await ui.regenerate();
    expect([ui.status, (await logOf(ui)).map(({ interrupted }) => interrupted)]).toEqual([
      'ready',
      [undefined, undefined],
    ]);
  });

  it.each<[string, Fault, string]>([
    ['refuses the request', { kind: 'http', operation, status: 400 }, 'model_unavailable'],
    ['does not know the model', { kind: 'http', operation, status: 404 }, 'model_unavailable'],
    ['never answers', { kind: 'silence', operation }, 'model_timeout'],
  ])('%s: an error, and nothing is kept', async (_, fault, code) => {
    const ui = open();
    chat.bedrock.faults.next(fault);
    await ui.sendMessage({ text: 'this will fail' });
    expect([ui.status, ui.error?.message]).toEqual(['error', code]);
    expect((await logOf(ui)).map(({ role }) => role)).toEqual(['user']);
    await ui.regenerate();
    expect(ui.status).toBe('ready');
  });

  it.each<[string, Fault]>([
    ['throttles (429)', { kind: 'http', operation, status: 429, retryAfterSeconds: 0 }],
    ['is overloaded (503)', { kind: 'http', operation, status: 503, retryAfterSeconds: 0 }],
  ])('%s once before the first token: it is asked again and the person sees nothing of it', async (_, fault) => {
    const patient = await startChat({ text: { pieceMs: 1, pieceWords: 3 } });
    const ui = new ChatUi({ user: 'alice', url: () => patient.url, issuer: patient.issuer });
    patient.bedrock.faults.next(fault);
    await ui.sendMessage({ text: 'once more, please' });
    expect([ui.status, ui.finished]).toEqual(['ready', [{ isError: false, finishReason: 'stop' }]]);
    await patient.close();
  });

  it.each<[string, Fault, string]>([
    ['stops at its longest answer', { kind: 'maxTokens', operation }, 'length'],
    ['filters the content', { kind: 'contentFilter', operation }, 'content-filter'],
    ['thinks aloud first', { kind: 'reasoning', operation }, 'stop'],
    ['says what nobody knows', { kind: 'unknownEvents', operation }, 'stop'],
    ['is slow', { kind: 'slow', operation, everyMs: 20 }, 'stop'],
  ])('%s: the answer is whole, and says why it ended', async (_, fault, finishReason) => {
    const ui = open();
    chat.bedrock.faults.next(fault);
    await ui.sendMessage({ text: 'a short one' });
    expect([ui.status, ui.finished]).toEqual(['ready', [{ isError: false, finishReason }]]);
    expect(ui.messages[1]!.parts.some(({ type }) => type === 'reasoning')).toBe(false);
  });

  it('takes longer than the whole time, with a piece now and then: an error', async () => {
    const hasty = await startChat({ text: { pieceMs: 1, pieceWords: 1 } }, { ANSWER_TOTAL_MS: '700' });
    const ui = new ChatUi({ user: 'alice', url: () => hasty.url, issuer: hasty.issuer });
    hasty.bedrock.faults.next({ kind: 'slow', operation, everyMs: 150 });
    await ui.sendMessage({ text: 'at length' });
    expect([ui.status, ui.error?.message]).toEqual(['error', 'model_timeout']);
    await hasty.close();
  });

  it('never told what an answer took: it is counted by its signs', async () => {
    const ui = open();
    chat.bedrock.faults.next({ kind: 'missingUsage', operation });
    await ui.sendMessage({ text: 'uncounted' });
    expect(ui.status).toBe('ready');
    const usage = async () =>
      (await (await chat.as('alice')(`/api/conversations/${ui.id}/usage`)).json()) as { items: { id: string }[] };
    // The conversation's title is made by a model too, and may be counted first.
    const answers = async () => (await usage()).items.filter(({ id }) => !id.startsWith('title/'));
    while ((await answers()).length === 0);
    expect(await answers()).toMatchObject([{ isEstimated: true, outputTokens: expect.any(Number) }]);
  });
});

it('tells nobody the provider’s own words', () => {
  expect(chat.logs.text).not.toContain('this will break off');
});
