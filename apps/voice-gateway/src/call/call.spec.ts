import { ParleyError } from '@parley/errors';
import { Call } from './call';
import type { CallTool } from './ports/call-tool.port';
import type { SpeechModel } from './ports/speech-model.port';
import type { Utterance } from './ports/call-log.port';
import { SilenceFeeder } from './silence';
import { Transcript } from './transcript';

/** A model whose stream the test plays: what the call wrote, and what it says back. */
function scriptedModel() {
  const written: Record<string, Record<string, unknown>>[] = [];
  type Said = { event?: object; end?: true; error?: Error };
  const said: Said[] = [];
  let wake: (() => void) | undefined;
  const push = (value: Said) => {
    said.push(value);
    wake?.();
  };
  const model: SpeechModel = {
    open(input, signal) {
      const drained = (async () => {
        for await (const bytes of input)
          written.push((JSON.parse(Buffer.from(bytes).toString()) as { event: never }).event);
      })();
      signal.addEventListener('abort', () => push({ end: true }));
      async function* output() {
        for (;;) {
          while (said.length === 0) await new Promise<void>((resolve) => (wake = resolve));
          const next = said.shift()!;
          if (next.error) throw next.error;
          if (next.end) return;
          yield Buffer.from(JSON.stringify({ event: next.event }));
        }
      }
      return { output: output(), drained } as never;
    },
  };
  return {
    model,
    written,
    say: (event: object) => push({ event }),
    end: () => push({ end: true }),
    fail: (error: Error) => push({ error }),
  };
}

const text = (
  id: string,
  role: 'USER' | 'ASSISTANT',
  stage: 'FINAL' | 'SPECULATIVE',
  content: string,
  stopReason = 'PARTIAL_TURN',
) => [
  {
    contentStart: {
      contentId: id,
      type: 'TEXT',
      role,
      additionalModelFields: JSON.stringify({ generationStage: stage }),
    },
  },
  { textOutput: { contentId: id, role, content } },
  { contentEnd: { contentId: id, type: 'TEXT', stopReason } },
];

function setUp(
  options: { tools?: CallTool[]; append?: (utterance: Utterance) => Promise<{ id: string; seq: number }> } = {},
) {
  const far = scriptedModel();
  const stored: Utterance[] = [];
  const told: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const note = (line: string) => {
    told.push(line);
    for (const waiter of waiting) if (told.length >= waiter.count) waiter.resolve();
  };
  const faults: unknown[] = [];
  const call = new Call({
    id: 'call-1',
    model: far.model,
    opening: { instructions: 'Be kind.', voiceId: 'tiffany', maxTokens: 1024, tools: options.tools ?? [], history: [] },
    tools: options.tools ?? [],
    closingMs: 20,
    onFault: (error) => faults.push(error),
    log: {
      conversationId: 'c',
      recent: async () => [],
      append:
        options.append ??
        (async (utterance) => {
          stored.push(utterance);
          return { id: `m${stored.length}`, seq: stored.length };
        }),
    },
    caller: {
      send: (name, body) =>
        note(
          `${name} ${'content' in body ? (body as { content: string }).content : ''}${'stopReason' in body ? (body as { stopReason: string }).stopReason : ''}`.trim(),
        ),
      audio: (_, pcm) => note(`audio ${pcm.length}`),
      fail: (error) => note(`error ${error.code}`),
    },
  });
  const toldOf = (count: number) =>
    told.length >= count ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ count, resolve }));
  return { ...far, call, stored, told, toldOf, faults };
}

it('shows SPECULATIVE text as it comes and FINAL text only after it is stored, once', async () => {
  let release = () => undefined as void;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const { call, say, told, toldOf } = setUp({ append: async () => (await gate, { id: 'm', seq: 7 }) });
  for (const event of text('u', 'USER', 'FINAL', 'hello')) say(event);
  for (const event of text('s', 'ASSISTANT', 'SPECULATIVE', 'hi there')) say(event);
  await toldOf(3);
  expect(told).toEqual(['contentStart', 'textOutput hi there', 'contentEnd PARTIAL_TURN']);
  release();
  await toldOf(6);
  expect(told.slice(3)).toEqual(['contentStart', 'textOutput hello', 'contentEnd PARTIAL_TURN']);
  await call.end('hangup');
});

it('stores what was said in order, under call and content id, and tells interrupted answers', async () => {
  const { call, say, stored, toldOf } = setUp();
  for (const event of [...text('u', 'USER', 'FINAL', 'one'), ...text('a', 'ASSISTANT', 'FINAL', 'two', 'INTERRUPTED')])
    say(event);
  await toldOf(6);
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
  const { call, say, told, toldOf } = setUp();
  say({ contentStart: { contentId: 'a', type: 'AUDIO', role: 'ASSISTANT' } });
  say({ audioOutput: { contentId: 'a', content: Buffer.alloc(4).toString('base64') } });
  say(signal);
  say({ audioOutput: { contentId: 'a', content: Buffer.alloc(8).toString('base64') } });
  say({ completionEnd: { stopReason: 'END_TURN' } });
  await toldOf(4);
  expect(told.slice(0, 3)).toEqual(['contentStart', 'audio 4', 'contentEnd INTERRUPTED']);
  expect(told).not.toContain('audio 8');
  expect(told.join()).not.toContain('interrupted');
  await call.end('hangup');
});

it('tells the caller to stop playing even when the audio had been sent whole before', async () => {
  const { call, say, told, toldOf } = setUp();
  say({ contentStart: { contentId: 'a', type: 'AUDIO', role: 'ASSISTANT' } });
  say({ audioOutput: { contentId: 'a', content: Buffer.alloc(4).toString('base64') } });
  say({ contentEnd: { contentId: 'a', type: 'AUDIO', stopReason: 'END_TURN' } });
  for (const event of text('f', 'ASSISTANT', 'FINAL', 'cut', 'INTERRUPTED')) say(event);
  await toldOf(4);
  expect(told.slice(2, 4)).toEqual(['contentEnd END_TURN', 'contentEnd INTERRUPTED']);
  await call.end('hangup');
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
  const { call, say, written, told, toldOf } = setUp({
    tools: [tool('slow', async () => (await gate, { slow: 1 })), tool('broken', () => Promise.reject(new Error('no')))],
  });
  for (const [id, toolName] of [
    ['1', 'Slow'],
    ['2', 'broken'],
    ['3', 'nothing'],
  ]) {
    say({ toolUse: { contentId: `t${id}`, toolName, toolUseId: `use-${id}`, content: '{}' } });
  }
  say({ completionEnd: {} });
  await toldOf(4);
  expect(told.at(-1)).toMatch('completionEnd');
  release();
  const results = () =>
    written.filter((event) => 'toolResult' in event).map((event) => event['toolResult']!['content']);
  while (results().length < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(results().sort()).toEqual([
    '{"error":"The tool failed."}',
    '{"error":"There is no such tool."}',
    '{"slow":1}',
  ]);
  await call.end('hangup');
});

it('takes an unasked end of the stream for a loss, and says so', async () => {
  const { call, end, faults } = setUp();
  end();
  expect(await call.ended).toMatchObject({ reason: 'model_failed' });
  expect(call.failed?.code).toBe('model_unavailable');
  expect(faults).toHaveLength(1);
});

it.each([
  ['ThrottlingException', '', 'at_capacity'],
  ['AccessDeniedException', 'secret detail', 'model_unavailable'],
  ['ModelTimeoutException', '', 'model_timeout'],
  ['ValidationException', 'This request has been blocked by our content filters.', 'model_unavailable'],
])('tells %s as %s', async (name, message, code) => {
  const { call, fail } = setUp();
  fail(Object.assign(new Error(message), { name }));
  await call.ended;
  expect(call.failed?.code).toBe(code);
  expect(JSON.stringify(call.failed?.facts())).not.toContain('secret detail');
});

it('ends the stream legally on hang-up and cuts it when the model does not finish', async () => {
  const { call, written } = setUp();
  call.hear(Buffer.alloc(64));
  expect(await call.end('hangup')).toMatchObject({ reason: 'hangup' });
  expect(written.slice(-3).map((event) => Object.keys(event)[0])).toEqual(['contentEnd', 'promptEnd', 'sessionEnd']);
  call.hear(Buffer.alloc(64));
  call.type('late');
});

it('stores typed text like speech and passes it on', async () => {
  const { call, stored, written, toldOf } = setUp();
  call.type('hello');
  await toldOf(3);
  await call.end('hangup');
  expect(stored).toMatchObject([{ role: 'user', text: 'hello', key: 'call-1/typed-1' }]);
  expect(written.some((event) => event['textInput']?.['content'] === 'hello')).toBe(true);
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
      wait: async () => void shown.push('waited'),
    });
    const utterance = { role: 'user' as const, text: 'x', interrupted: false, key: 'k' };
    transcript.add(utterance, () => shown.push('first'));
    transcript.add(utterance, () => shown.push('second'));
    await transcript.settled();
    expect(shown).toEqual(['waited', 'waited', 'waited', 'first', 'second']);
  });

  it('gives up on what cannot be stored, says so once, and goes on', async () => {
    const failures: string[] = [];
    let tries = 0;
    const log = {
      conversationId: 'c',
      recent: async () => [],
      append: async () => (tries++, Promise.reject(new ParleyError('conversation_not_found'))),
    };
    const transcript = new Transcript(log, { onFailure: ({ code }) => failures.push(code) });
    transcript.add({ role: 'user', text: 'x', interrupted: false, key: 'k' }, () => undefined);
    await transcript.settled();
    expect([failures, tries]).toEqual([['conversation_not_found'], 1]);
  });
});

it('feeds silence at real-time pace to a caller who sends nothing, and none to one who speaks', async () => {
  let now = 0;
  const heard: number[] = [];
  let heardAt = 0;
  const call = { ended: new Promise(() => undefined), get heardAt() { return heardAt; }, hear: (frame: Buffer) => { heard.push(frame.length / 32); heardAt = now; } }; // prettier-ignore
  const feeder = new SilenceFeeder(3_600_000, () => now);
  feeder.add(call as never);
  for (now = 100; now <= 3_000; now += 100) feeder.feed();
  expect(heard.reduce((sum, ms) => sum + ms, 0)).toBe(3_000);
  heard.length = 0;
  for (; now <= 6_000; now += 100) {
    heardAt = now - 50;
    feeder.feed();
  }
  expect(heard).toEqual([]);
});
