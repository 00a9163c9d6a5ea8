import {
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamCommandInput,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { ManualClock, startBedrock, type BedrockSimulator } from '../index';
import { bedrockClient } from '../testing/voice-caller';

const MODEL = 'amazon.nova-lite-v1:0';
const user = (text: string) => ({ role: 'user' as const, content: [{ text }] });
const assistant = (text: string) => ({ role: 'assistant' as const, content: [{ text }] });
const LOOKUP = {
  tools: [{ toolSpec: { name: 'lookup', inputSchema: { json: { type: 'object', required: ['query'] } } } }],
};

describe('Converse and ConverseStream, through the real SDK over HTTP/2', () => {
  let simulator: BedrockSimulator;
  beforeAll(async () => void (simulator = await startBedrock({ text: { pieceMs: 0 } })));
  afterAll(() => simulator.close());
  afterEach(() => simulator.faults.clear());

  type Input = Partial<ConverseStreamCommandInput>;
  const client = () => bedrockClient(simulator.endpoint);
  const converse = (input: Input) =>
    client().send(new ConverseCommand({ modelId: MODEL, messages: [user('hello')], ...input }));
  async function stream(input: Input): Promise<ConverseStreamOutput[]> {
    const output = await client().send(
      new ConverseStreamCommand({ modelId: MODEL, messages: [user('hello')], ...input }),
    );
    const events: ConverseStreamOutput[] = [];
    for await (const event of output.stream ?? []) events.push(event);
    return events;
  }
  const textOf = (events: readonly ConverseStreamOutput[]) =>
    events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join('');
  const names = (events: readonly ConverseStreamOutput[]) => events.map((event) => Object.keys(event)[0]);

  it('sends its events in order, the text in pieces of a few words', async () => {
    const events = await stream({ messages: [user('good morning')] });
    const order = names(events);
    expect(order.filter((name, i) => order[i - 1] !== name)).toEqual([
      'messageStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ]);
    expect(order.filter((name) => name === 'contentBlockDelta').length).toBeGreaterThan(3);
    expect(textOf(events)).toBe(
      'This is a simulator; no model was asked.\n\nYou wrote: “good morning”.\n\n' +
        'This is the first message. There were no instructions.',
    );
    expect(events[0]).toEqual({ messageStart: { role: 'assistant' } });
    expect(events.at(-2)).toEqual({ messageStop: { stopReason: 'end_turn' } });
    expect(events.at(-1)?.metadata?.usage?.outputTokens).toBe(Math.ceil(textOf(events).length / 4));
    expect(simulator.requests.last).toMatchObject({ operation: 'converseStream', protocol: 'h2', outcome: 'answered' });
  });

  it('says what it was really given: earlier messages, instructions, page context', async () => {
    const system = [
      { text: 'Be kind.' },
      { text: '<page-context>\nTariff page, Berlin. The user looks at roaming in the Alps today.\n</page-context>' },
    ];
    const text = textOf(await stream({ messages: [user('a'), assistant('b'), user('  c  ')], system }));
    expect(text).toContain('You wrote: “c”.');
    expect(text).toContain('I was given 2 earlier messages.');
    expect(text).toContain(`My instructions have ${system.map((block) => block.text).join('\n').length} characters.`);
    expect(text).toContain(
      'page context that begins: “Tariff page, Berlin. The user looks at roaming in the Alps today.”',
    );
  });

  it('shows markdown to whoever asks for it', async () => {
    const text = textOf(await stream({ messages: [user('show me some code')] }));
    expect(text).toMatch(/\n## .+\n\n- .+\n- .+\n\n```ts\n[\s\S]+\n```$/);
    expect(textOf(await stream({ messages: [user('decode it')] }))).not.toContain('```');
  });

  it('quotes no more than a part of a long text', async () => {
    const text = textOf(await stream({ messages: [user('word '.repeat(1_000))] }));
    expect(text.length).toBeLessThan(500);
  });

  it('calls a tool that was asked for, and tells its result', async () => {
    const asked = user('use lookup {"query":"roaming"}');
    const events = await stream({ messages: [asked], toolConfig: LOOKUP });
    const start = events.find(({ contentBlockStart }) => contentBlockStart)?.contentBlockStart?.start?.toolUse;
    expect(start).toMatchObject({ name: 'lookup', toolUseId: expect.stringMatching(/^tooluse_/) });
    const input = events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.toolUse?.input ?? '').join('');
    expect(JSON.parse(input)).toEqual({ query: 'roaming' });
    expect(events).toContainEqual({ messageStop: { stopReason: 'tool_use' } });

    const toolUse = { toolUseId: start?.toolUseId, name: 'lookup', input: { query: 'roaming' } };
    const result = { toolUseId: start?.toolUseId, content: [{ json: { price: 5 } }, { text: 'a day' }] };
    const told = await stream({
      messages: [
        asked,
        { role: 'assistant', content: [{ toolUse }] },
        { role: 'user', content: [{ toolResult: result }] },
      ],
      toolConfig: LOOKUP,
    });
    expect(textOf(told)).toContain('The tool answered: {"price":5} a day.');
  });

  it('calls a tool whatever is said when toolChoice demands it', async () => {
    const output = await converse({ toolConfig: { ...LOOKUP, toolChoice: { any: {} } } });
    expect(output.output?.message?.content?.[1]?.toolUse).toMatchObject({ name: 'lookup', input: { query: 'hello' } });
    expect(output.stopReason).toBe('tool_use');
  });

  it('answers Converse with the same text at once', async () => {
    const output = await converse({});
    expect(output.output?.message?.content?.[0]?.text).toBe(textOf(await stream({})));
    expect(output).toMatchObject({ stopReason: 'end_turn', usage: { totalTokens: expect.any(Number) } });
  });

  it('honours maxTokens and stop sequences', async () => {
    const short = await stream({ inferenceConfig: { maxTokens: 5 } });
    expect(textOf(short)).toHaveLength(20);
    expect(short).toContainEqual({ messageStop: { stopReason: 'max_tokens' } });
    const stopped = await stream({ inferenceConfig: { stopSequences: ['; no'] } });
    expect(textOf(stopped)).toBe('This is a simulator');
    expect(stopped).toContainEqual({ messageStop: { stopReason: 'stop_sequence' } });
  });

  it.each<[string, Input, RegExp]>([
    ['a first message of the assistant', { messages: [assistant('hi')] }, /start with a user message/],
    ['no messages', { messages: [] }, /start with a user message/],
    ['roles that do not alternate', { messages: [user('a'), user('b')] }, /alternate between user and assistant/],
    ['a last message of the assistant', { messages: [user('a'), assistant('b')] }, /end with a user message/],
    ['a blank text', { messages: [user('a'), assistant('b'), user(' \n')] }, /messages\.2\.content\.0 is blank/],
    ['an empty message', { messages: [{ role: 'user', content: [] }] }, /messages\.0 is empty/],
    ['a maxTokens of 0', { inferenceConfig: { maxTokens: 0 } }, /inferenceConfig\.maxTokens/],
    [
      'tools without toolConfig',
      {
        messages: [
          user('a'),
          { role: 'assistant', content: [{ toolUse: { toolUseId: 't', name: 'x', input: {} } }] },
          { role: 'user', content: [{ toolResult: { toolUseId: 't', content: [{ text: 'r' }] } }] },
        ],
      },
      /toolConfig field must be defined/,
    ],
    [
      'a call without its result',
      {
        messages: [
          user('a'),
          { role: 'assistant', content: [{ toolUse: { toolUseId: 't7', name: 'x', input: {} } }] },
          user('b'),
        ],
        toolConfig: LOOKUP,
      },
      /Expected toolResult blocks at messages\.2\.content for the following Ids: t7/,
    ],
    [
      'a result without its call',
      {
        messages: [{ role: 'user', content: [{ toolResult: { toolUseId: 't', content: [{ text: 'r' }] } }] }],
        toolConfig: LOOKUP,
      },
      /exceeds the number of toolUse blocks/,
    ],
  ])('refuses %s', async (_, input, message) => {
    const refused = { name: 'ValidationException', message: expect.stringMatching(message) };
    await expect(converse(input)).rejects.toMatchObject(refused);
    await expect(stream(input)).rejects.toMatchObject(refused);
    expect(simulator.requests.last).toMatchObject({ outcome: 'refused' });
  });

  it('does not know other models, nor speech models here', async () => {
    await expect(converse({ modelId: 'acme.parrot-v1:0' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(converse({ modelId: 'amazon.nova-2-sonic-v1:0' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(converse({ modelId: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0' })).resolves.toBeDefined();
  });

  it('keeps what it was sent', async () => {
    await stream({ messages: [user('remember me')] });
    expect(simulator.requests.last?.body).toMatchObject({
      messages: [{ role: 'user', content: [{ text: 'remember me' }] }],
    });
  });
});

describe('the pace and the end of a stream', () => {
  it('writes as slowly as it was told, and notices at once when the reader has gone', async () => {
    const clock = new ManualClock();
    const simulator = await startBedrock({ clock, text: { pieceMs: 1_000 } });
    const abort = new AbortController();
    const output = await bedrockClient(simulator.endpoint).send(
      new ConverseStreamCommand({ modelId: MODEL, messages: [user('hello')] }),
      { abortSignal: abort.signal },
    );
    const record = await simulator.requests.until(({ sent }) => sent.length > 0);
    expect(record.sent).toEqual(['messageStart']);
    await clock.advance(2_000);
    expect(record.sent).toEqual(['messageStart', 'contentBlockDelta', 'contentBlockDelta']);
    abort.abort();
    await simulator.requests.until(({ outcome }) => outcome === 'cancelled');
    await clock.advance(60_000);
    expect(record.sent).toHaveLength(3);
    expect(clock.pending).toBe(0);
    void output;
    await simulator.close();
  });
});
