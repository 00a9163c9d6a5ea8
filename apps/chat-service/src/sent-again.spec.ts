import { randomUUID } from 'node:crypto';
import { textOf, type EntryPage, type Message } from '@parley/protocol';
import { ChatUi } from './testing/chat-ui';
import { eventsOf } from './testing/sse';
import { startChat, type ChatUnderTest } from './testing/start-chat';

/** What is asked in one conversation more than once: edited, answered anew, sent again in whatever phase its answer is. */
let chat: ChatUnderTest;
beforeAll(async () => void (chat = await startChat()));
afterAll(() => chat.close());

const newChat = (id?: string) =>
  new ChatUi({ user: 'alice', url: () => chat.url, issuer: chat.issuer, ...(id === undefined ? {} : { id }) });

const user = (id: string, text: string) => ({ id, role: 'user', parts: [{ type: 'text', text }] });
const post = (id: string, message: object, more: object = {}) =>
  chat.as('alice')('/api/chat', { method: 'POST', body: JSON.stringify({ id, messages: [message], ...more }) });
/** Asks and reads the answer; tells its last chunk, or the code of the refusal. */
async function ask(...request: Parameters<typeof post>): Promise<unknown> {
  const response = await post(...request);
  if (response.status !== 200) return [response.status, ((await response.json()) as { code: string }).code];
  return JSON.parse(eventsOf(await response.text()).at(-2)!.data);
}
const regenerate = { trigger: 'regenerate-message' };
const finished = { type: 'finish', finishReason: 'stop' };
const conflict = [409, 'conflict'];

const entriesOf = async (id: string) =>
  ((await (await chat.as('alice')(`/api/conversations/${id}/messages?after=0&limit=200`)).json()) as EntryPage).items;
/** Who said what, as it reads now; of answers what they answer to. */
const viewOf = async (id: string) => {
  const response = await chat.as('alice')(`/api/conversations/${id}/messages`);
  return ((await response.json()) as EntryPage).items.map((item) => {
    const { role, parts, interrupted } = item as Message;
    const answered = /You wrote: “(.*?)”/s.exec(textOf(parts))?.[1];
    return role === 'user' ? textOf(parts) : interrupted ? 'a part' : `to ${answered}`;
  });
};
/** As somebody deletes a message in an open room. */
async function remove(conversationId: string, messageId: string): Promise<void> {
  const { sub } = chat.issuer.users[0]!;
  const { id: of } = (await chat.store.findMessage(sub, conversationId, messageId))!;
  const author = { kind: 'user', id: sub, name: 'Alice' } as const;
  await chat.store.append(sub, conversationId, { type: 'deleted', author, of }, randomUUID());
}
const asked = () => chat.bedrock.requests.all.filter(({ operation }) => operation === 'converseStream').length;
/** Not by a reset: that takes along what is on its way, and perhaps all of it. */
const breaksOff = () => chat.bedrock.faults.next({ kind: 'end', operation: 'converseStream', afterFrames: 6 });
const isRefused = () => chat.bedrock.faults.next({ kind: 'http', operation: 'converseStream', status: 400 });

describe('an edit', () => {
  it('back to what was said before is said: no question gets lost between two texts', async () => {
    const ui = newChat();
    await ui.sendMessage({ text: 'one' });
    const { id } = ui.messages[0]!;
    for (const text of ['other', 'one', 'other', 'one']) {
      await ui.sendMessage({ text, messageId: id });
      expect([ui.status, await viewOf(ui.id)]).toEqual(['ready', [text, `to ${text}`]]);
    }
  });

  it('whose answer broke off is sent again, and has a whole one in its place', async () => {
    const id = randomUUID();
    await ask(id, user('q', 'first'));
    breaksOff();
    const edit = [id, user('q', 'edited'), { messageId: 'q' }] as const;
    expect(await ask(...edit)).toMatchObject({ type: 'error' });
    expect(await ask(...edit)).toEqual(finished);
    expect(await viewOf(id)).toEqual(['edited', 'to edited']);
  });

  it('to the same words has it answered anew', async () => {
    const id = randomUUID();
    await ask(id, user('q', 'first'));
    await ask(id, user('r', 'second'));
    expect(await ask(id, user('q', 'first'), { messageId: 'q' })).toEqual(finished);
    expect(await viewOf(id)).toEqual(['first', 'to first']);
  });
});

describe('a request that is sent again', () => {
  it('after its answer broke off has a whole one in the place of the part', async () => {
    const id = randomUUID();
    breaksOff();
    expect(await ask(id, user('q', 'break off'))).toMatchObject({ type: 'error' });
    expect(await viewOf(id)).toEqual(['break off', 'a part']);
    expect(await ask(id, user('q', 'break off'))).toEqual(finished);
    expect(await viewOf(id)).toEqual(['break off', 'to break off']);
  });

  it('after the model refused it is asked', async () => {
    const id = randomUUID();
    isRefused();
    expect(await ask(id, user('q', 'refused'))).toMatchObject({ type: 'error' });
    expect(await ask(id, user('q', 'refused'))).toEqual(finished);
    expect(await viewOf(id)).toEqual(['refused', 'to refused']);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['edited', (id) => ask(id, user('q', 'edited'), { messageId: 'q' })],
    ['answered anew', (id) => ask(id, user('q', 'said once'), regenerate)],
    ['followed by another', (id) => ask(id, user('r', 'another'))],
    [
      'deleted',
      async (id) => {
        await ask(id, user('r', 'another'));
        await remove(id, 'q');
      },
    ],
  ])('too late, as its question was %s, is a conflict: nothing is written, asked or paid for', async (_, since) => {
    const id = randomUUID();
    await ask(id, user('q', 'said once'));
    await since(id);
    const [entries, before] = [await entriesOf(id), asked()];
    for (let n = 0; n < 2; n += 1) expect(await ask(id, user('q', 'said once'))).toEqual(conflict);
    expect([await entriesOf(id), asked()]).toEqual([entries, before]);
  });

  it('too late takes nothing from the last answer, which is told to who asks for that again', async () => {
    const id = randomUUID();
    await ask(id, user('q', 'first'));
    await ask(id, user('r', 'second'));
    const before = asked();
    expect(await ask(id, user('q', 'first'))).toEqual(conflict);
    expect((await chat.as('alice')(`/api/chat/${id}/stream`)).status).toBe(200);
    expect(await ask(id, user('r', 'second'))).toEqual(finished);
    expect(asked()).toBe(before);
  });
});

it.each([
  ['a whole', () => undefined],
  ['a part of an', () => breaksOff()],
])('%s answer that was deleted is told to nobody any more, and can be had anew', async (_, prepare) => {
  const ui = newChat();
  prepare();
  await ui.sendMessage({ text: 'tell me' });
  const [, answer] = await entriesOf(ui.id);
  await remove(ui.id, answer!.id);
  expect((await chat.as('alice')(`/api/chat/${ui.id}/stream`)).status).toBe(204);
  const again = newChat(ui.id);
  await again.resumeStream();
  expect(again.messages).toEqual([]);
  if (ui.status === 'ready') expect(await ask(ui.id, ui.messages[0]!)).toEqual(conflict);
  await ui.regenerate();
  expect(await viewOf(ui.id)).toEqual(['tell me', 'to tell me']);
});

it('an answer that was stopped before its first word is not begun anew by a request that comes twice', async () => {
  const id = randomUUID();
  chat.bedrock.faults.next({ kind: 'stall', operation: 'converseStream', afterFrames: 0 });
  const request = post(id, user('q', 'stop me'));
  const response = await request;
  const stopped = await chat.as('alice')(`/api/chat/${id}/stop`, { method: 'POST' });
  expect(await stopped.json()).toEqual({ stopped: true });
  await response.text();
  const before = asked();
  expect(await ask(id, user('q', 'stop me'))).toEqual({ type: 'finish', finishReason: 'interrupted' });
  expect([asked(), await viewOf(id)]).toEqual([before, ['stop me']]);
});

describe('a regeneration', () => {
  it('of a question that never got here says it: of a chat that was refused its first, and of one that was refused a later', async () => {
    const id = randomUUID();
    expect(await ask(id, user('q', 'first'), regenerate)).toEqual(finished);
    expect(await viewOf(id)).toEqual(['first', 'to first']);
    expect(await ask(id, user('r', 'second'), regenerate)).toEqual(finished);
    expect(await viewOf(id)).toEqual(['first', 'to first', 'second', 'to second']);
  });

  it('of a question that got no answer is answered, by whichever id it is named', async () => {
    const id = randomUUID();
    isRefused();
    await ask(id, user('q', 'refused'));
    isRefused();
    expect(await ask(id, user('q', 'refused'), { ...regenerate, messageId: 'q' })).toMatchObject({ type: 'error' });
    const [{ id: own }] = (await entriesOf(id)) as [Message];
    expect(await ask(id, user(own, 'refused'), { ...regenerate, messageId: own })).toEqual(finished);
    expect(await viewOf(id)).toEqual(['refused', 'to refused']);
  });

  it('of an earlier answer, which it names, replaces all that followed its question', async () => {
    const ui = newChat();
    for (const text of ['one', 'two', 'three']) await ui.sendMessage({ text });
    await ui.regenerate({ messageId: ui.messages[3]!.id });
    expect(await viewOf(ui.id)).toEqual(['one', 'to one', 'two', 'to two']);
    expect(ui.messages).toHaveLength(4);
  });

  it('by who does not see the last question is a conflict: what was asked elsewhere is not taken away', async () => {
    const ui = newChat();
    await ui.sendMessage({ text: 'here' });
    await ask(ui.id, user('r', 'elsewhere'));
    const entries = await entriesOf(ui.id);
    await ui.regenerate();
    expect(JSON.parse(ui.error!.message)).toMatchObject({ code: 'conflict', status: 409 });
    expect(await entriesOf(ui.id)).toEqual(entries);
  });

  it('by who has ids of his own for the messages finds the question by its words', async () => {
    const id = randomUUID();
    await ask(id, user('q', 'first'));
    expect(await ask(id, user('mine', 'first'), regenerate)).toEqual(finished);
    expect(await viewOf(id)).toEqual(['first', 'to first']);
  });
});
