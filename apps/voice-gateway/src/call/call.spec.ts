import { ParleyError, type ErrorCode } from '@parley/errors';
import { CallClock } from './call-clock';
import { profileOf } from './nova/profiles';
import type { Utterance } from './ports/call-log.port';
import type { CallTool } from './ports/call-tool.port';
import { loud, quiet, speech, text } from './testing/scripted-model';
import { eventually, setUp } from './testing/set-up';
import { Transcript } from './transcript';

it('shows SPECULATIVE text as it comes and FINAL text only after it is stored, once', async () => {
  let release = () => undefined as void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const { call, model, caller } = setUp({ append: async () => (await gate, { id: 'm', seq: 7 }) });
  for (const event of text('u', 'USER', 'FINAL', 'hello')) model.last.say(event);
  for (const event of text('s', 'ASSISTANT', 'SPECULATIVE', 'hi there')) model.last.say(event);
  await caller.until(3);
  expect(caller.told).toEqual(['contentStart', 'textOutput hi there', 'contentEnd PARTIAL_TURN']);
  release();
  await caller.until(6);
  expect(caller.told.slice(3)).toEqual(['contentStart', 'textOutput hello', 'contentEnd PARTIAL_TURN']);
  await call.end('hangup');
});

it('stores what was said in order, under call and content id, and tells interrupted answers', async () => {
  const { call, model, caller, stored } = setUp();
  for (const event of [...text('u', 'USER', 'FINAL', 'one'), ...text('a', 'ASSISTANT', 'FINAL', 'two', 'INTERRUPTED')])
    model.last.say(event);
  await caller.until(6);
  await call.end('hangup');
  expect(stored).toEqual([
    { role: 'user', text: 'one', interrupted: false, key: 'call-1/u' },
    { role: 'assistant', text: 'two', interrupted: true, key: 'call-1/a' },
  ]);
});

it.each([
  ['the marker', { textOutput: { contentId: 'a', role: 'ASSISTANT', content: '{ "interrupted" : true }' } }],
  ['a stop reason', { contentEnd: { contentId: 'x', type: 'TEXT', stopReason: 'INTERRUPTED' } }],
])('stops the answer at once on barge-in by %s, and drops its late audio', async (_, signal) => {
  const { call, model, caller } = setUp();
  model.last.say({ contentStart: { contentId: 'a', type: 'AUDIO', role: 'ASSISTANT' } });
  model.last.say({ audioOutput: { contentId: 'a', content: Buffer.alloc(4).toString('base64') } });
  model.last.say(signal);
  model.last.say({ audioOutput: { contentId: 'a', content: Buffer.alloc(8).toString('base64') } });
  model.last.say({ completionEnd: { stopReason: 'END_TURN' } });
  await caller.until(4);
  expect(caller.told.slice(0, 3)).toEqual(['contentStart', 'audio 4', 'contentEnd INTERRUPTED']);
  expect(caller.told).not.toContain('audio 8');
  expect(caller.told.join()).not.toContain('interrupted');
  await call.end('hangup');
});

it('tells the caller to stop playing even when the audio had been sent whole before', async () => {
  const { call, model, caller } = setUp();
  model.last.say({ contentStart: { contentId: 'a', type: 'AUDIO', role: 'ASSISTANT' } });
  model.last.say({ audioOutput: { contentId: 'a', content: Buffer.alloc(4).toString('base64') } });
  model.last.say({ contentEnd: { contentId: 'a', type: 'AUDIO', stopReason: 'END_TURN' } });
  for (const event of text('f', 'ASSISTANT', 'FINAL', 'cut', 'INTERRUPTED')) model.last.say(event);
  await caller.until(4);
  expect(caller.told.slice(2, 4)).toEqual(['contentEnd END_TURN', 'contentEnd INTERRUPTED']);
  await call.end('hangup');
});

it('ignores what it does not know of the model, and notes each kind of it once', async () => {
  const { call, model, caller, seen, stored } = setUp();
  for (let n = 0; n < 3; n += 1) model.last.say({ laterEvent: { contentId: 'l' } });
  model.last.say({ contentStart: { contentId: 'i', type: 'IMAGE', role: 'ASSISTANT' } });
  for (const event of text('n', 'NARRATOR' as never, 'FINAL', 'once upon a time')) model.last.say(event);
  model.last.say({ contentEnd: { contentId: 'i', type: 'IMAGE', stopReason: 'END_TURN' } });
  model.last.say(...speech('a', 10, 'OUT_OF_BREATH'), ...text('f', 'ASSISTANT', 'FINAL', 'hi', 'OUT_OF_BREATH'));
  await caller.until('textOutput hi');
  await call.end('hangup');
  const answer = ['contentStart', 'audio 480', 'contentEnd END_TURN'];
  expect(caller.told).toEqual([...answer, 'contentStart', 'textOutput hi', 'contentEnd END_TURN']);
  expect(seen.filter((what) => what.startsWith('unknown'))).toEqual([
    'unknown laterEvent',
    'unknown IMAGE of ASSISTANT',
    'unknown TEXT of NARRATOR',
    'unknown stopReason OUT_OF_BREATH',
  ]);
  expect(stored.map(({ text: said }) => said)).toEqual(['hi']);
});

it('answers every tool call, an unknown tool and a failing one too, beside the read loop', async () => {
  let release = () => undefined as void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const tool = (name: string, run: CallTool['run']): CallTool => ({
    name,
    description: '',
    inputSchemaJson: '{}',
    run,
  });
  const { call, model, caller } = setUp({
    tools: [tool('slow', async () => (await gate, { slow: 1 })), tool('broken', () => Promise.reject(new Error('no')))],
  });
  for (const [id, toolName] of [
    ['1', 'Slow'],
    ['2', 'broken'],
    ['3', 'nothing'],
  ]) {
    model.last.say({ toolUse: { contentId: `t${id}`, toolName, toolUseId: `use-${id}`, content: '{}' } });
  }
  model.last.say({ completionEnd: {} });
  await caller.until(4);
  expect(caller.told.at(-1)).toMatch('completionEnd');
  release();
  const results = () =>
    model.last.written.filter((event) => 'toolResult' in event).map((event) => event['toolResult']!['content']);
  while (results().length < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(results().sort()).toEqual([
    '{"error":"The tool failed."}',
    '{"error":"There is no such tool."}',
    '{"slow":1}',
  ]);
  await call.end('hangup');
});

it('ends the stream legally on hang-up and cuts it when the model does not finish', async () => {
  const { call, model } = setUp();
  call.hear(Buffer.alloc(64));
  expect(await call.end('hangup')).toMatchObject({ reason: 'hangup' });
  expect(model.last.written.slice(-3).map((event) => Object.keys(event)[0])).toEqual([
    'contentEnd',
    'promptEnd',
    'sessionEnd',
  ]);
  call.hear(Buffer.alloc(64));
  call.type('late');
});

it('stores typed text like speech and passes it on', async () => {
  const { call, model, caller, stored } = setUp();
  call.type('hello');
  await caller.until(3);
  await call.end('hangup');
  expect(stored).toMatchObject([
    { role: 'user', text: 'hello', typed: true, key: expect.stringMatching(/^call-1\/typed-\w+-1$/) },
  ]);
  expect(model.last.written.some((event) => event['textInput']?.['content'] === 'hello')).toBe(true);
});

it('takes no typed text where the model would end the stream for it, says so, and keeps none of it', async () => {
  const { call, model, stored } = setUp({ profile: profileOf('amazon.nova-9-sonic-v1:0') });
  expect(() => call.type('hello')).toThrow(expect.objectContaining({ code: 'part_not_supported' }));
  await call.end('hangup');
  expect([stored, model.last.texts('USER')]).toEqual([[], []]);
});

describe('the transcript', () => {
  it('tries again while the store is out, shows nothing before, and keeps the order', async () => {
    let out = 3;
    const shown: string[] = [];
    const log = {
      conversationId: 'c',
      recent: async () => [],
      append: async () => (out-- > 0 ? Promise.reject(new ParleyError('store_unavailable')) : { id: 'm', seq: 1 }),
    };
    const transcript = new Transcript(log, {
      onFailure: () => shown.push('failed'),
      onGone: () => shown.push('gone'),
      wait: async () => void shown.push('waited'),
    });
    const utterance = { role: 'user' as const, text: 'x', interrupted: false, key: 'k' };
    transcript.add(utterance, () => shown.push('first'));
    transcript.add(utterance, () => shown.push('second'));
    await transcript.settled();
    expect(shown).toEqual(['waited', 'waited', 'waited', 'first', 'second']);
  });

  it('gives up on what cannot be stored, says so, and goes on', async () =>
    expect(await said(['too_large', 'stored'])).toEqual(['too_large', 'stored']));

  it.each(['conversation_not_found', 'conversation_archived', 'forbidden'] as const)(
    'tries nothing more where nothing more is taken of the call (%s), and says so once',
    async (code) => expect(await said([code, 'stored', code])).toEqual([`gone: ${code}`]),
  );

  /** What is told of utterances of which each fares as it is said. */
  async function said(fates: ('stored' | ErrorCode)[]) {
    const told: string[] = [];
    const log = {
      conversationId: 'c',
      recent: async () => [],
      append: async ({ key }: Utterance) => {
        if (key !== 'stored') throw new ParleyError(key as ErrorCode);
        return { id: 'm', seq: 1 };
      },
    };
    const transcript = new Transcript(log, {
      onFailure: (error) => told.push(error.code),
      onGone: (error) => told.push(`gone: ${error.code}`),
    });
    for (const key of fates)
      transcript.add({ role: 'user', text: 'x', interrupted: false, key }, () => told.push('stored'));
    await transcript.settled();
    return told;
  }
});

it('feeds silence at real-time pace to a caller who sends nothing, and none to one who speaks', async () => {
  let now = 0;
  const heard: number[] = [];
  let heardAt = 0;
  const call = {
    ended: new Promise(() => undefined),
    get heardAt() {
      return heardAt;
    },
    patienceMs: 0,
    hearSilence(frame: Buffer) {
      heard.push(frame.length / 32);
      heardAt = now;
    },
    tick: () => undefined,
  };
  const clock = new CallClock(3_600_000, () => now);
  clock.add(call as never);
  for (now = 100; now <= 3_000; now += 100) clock.beat();
  expect(heard.reduce((sum, ms) => sum + ms, 0)).toBe(3_000);
  heard.length = 0;
  for (; now <= 6_000; now += 100) {
    heardAt = now - 50;
    clock.beat();
  }
  expect(heard).toEqual([]);
});

describe('a caller who lost the connection', () => {
  it('hears the rest of the answer and reads what was recorded, in order, after coming back', async () => {
    const { call, model, caller, clock, stored } = setUp();
    call.detach();
    model.last.say(...text('s', 'ASSISTANT', 'SPECULATIVE', 'hi'), ...speech('a', 10));
    model.last.say(...text('f', 'ASSISTANT', 'FINAL', 'hi'), { completionEnd: {} });
    await eventually(() => stored.length === 1);
    expect(caller.told).toEqual([]);
    clock.now += 5_000;
    call.attach(caller);
    expect(caller.told).toContain('textOutput hi');
    expect(caller.told).toContain('audio 480');
    expect(caller.told.filter((line) => line === 'textOutput hi')).toHaveLength(2);
    await call.end('hangup');
  });

  it('is not told of an answer that was spoken over meanwhile', async () => {
    const { call, model, caller, stored } = setUp();
    call.detach();
    model.last.say({ contentStart: { contentId: 'a', type: 'AUDIO', role: 'ASSISTANT' } });
    model.last.say({ audioOutput: { contentId: 'a', content: Buffer.alloc(4).toString('base64') } });
    model.last.say({ textOutput: { contentId: 'a', role: 'ASSISTANT', content: '{"interrupted":true}' } });
    model.last.say(...text('u', 'USER', 'FINAL', 'wait'));
    await eventually(() => stored.length === 1);
    call.attach(caller);
    expect(caller.told).not.toContain('audio 4');
    await call.end('hangup');
  });

  it('is waited for half a minute', async () => {
    const { call, pass } = setUp();
    call.detach();
    pass(29_000);
    expect(call.over).toBe(false);
    pass(2_000);
    expect(await call.ended).toMatchObject({ reason: 'disconnected' });
  });

  it('is no longer waited for once back', async () => {
    const { call, pass, caller } = setUp();
    call.detach();
    pass(29_000);
    call.attach(caller);
    pass(60_000);
    expect(call.over).toBe(false);
    await call.end('hangup');
  });
});

it('ends a call that lasts too long, and one in which nobody speaks', async () => {
  const long = setUp({ limits: { ...setUp().limits, callMs: 10_000 } });
  long.pass(11_000);
  expect(await long.call.ended).toMatchObject({ reason: 'limit' });
  const idle = setUp({ limits: { ...setUp().limits, idleMs: 10_000 } });
  idle.pass(9_000);
  idle.call.type('I am here');
  idle.pass(9_000);
  expect(idle.call.over).toBe(false);
  idle.pass(2_000);
  expect(await idle.call.ended).toMatchObject({ reason: 'idle' });
});

it('moves at the next quiet moment, and at the latest when it must', async () => {
  const still = setUp();
  expect(await still.call.move(60_000)).toMatchObject({ reason: 'restarting' });
  const talking = setUp();
  talking.model.last.say(...text('u', 'USER', 'FINAL', 'hello'));
  await talking.caller.until('textOutput hello');
  void talking.call.move(5_000);
  talking.pass(4_000);
  expect(talking.call.over).toBe(false);
  talking.pass(2_000);
  expect(await talking.call.ended).toMatchObject({ reason: 'restarting' });
});

it('lets the assistant speak first where its data says so, without a word of it in the log', async () => {
  const { call, model, stored } = setUp({ greeting: 'Greet the caller.' });
  await eventually(() => model.last.texts('USER').length === 1);
  expect(model.last.texts('USER')).toEqual(['Greet the caller.']);
  await call.end('hangup');
  expect(stored).toEqual([]);
});

it('puts no silence into the middle of a sentence while the network pauses, and not for long where it is gone', async () => {
  const { call } = setUp();
  expect(call.patienceMs).toBe(0);
  for (let n = 0; n < 10; n += 1) call.hear(loud());
  expect(call.patienceMs).toBe(1_000);
  call.detach();
  expect(call.patienceMs).toBe(5_000);
  call.hearSilence(quiet());
  expect(call.patienceMs).toBe(0);
  await call.end('hangup');
});
