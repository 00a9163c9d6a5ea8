import { dtmfTones } from '../audio/dtmf';
import { startBedrock, type BedrockSimulator } from '../index';
import { bedrockClient, VoiceCaller, type OutputEvent, type PromptSettings } from '../testing/voice-caller';
import { voiceLike } from '../testing/voices';
import { VIOLATION } from './violations';

const LOOKUP = {
  name: 'lookup',
  schema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
};
const ORDER = { name: 'order', schema: { type: 'object', properties: { number: { type: 'integer' } } } };

describe('tools in a voice stream', () => {
  let simulator: BedrockSimulator;
  const callers: VoiceCaller[] = [];
  beforeAll(async () => {
    simulator = await startBedrock({ voice: { pace: { audio: 200, playback: 200 } } });
  });
  afterAll(() => simulator.close());
  afterEach(() => callers.splice(0).forEach((caller) => caller.abort.abort()));

  function call(settings?: PromptSettings, fault?: string): VoiceCaller {
    const caller = new VoiceCaller(bedrockClient(simulator.endpoint), undefined, fault);
    callers.push(caller);
    return caller.open({ tools: [LOOKUP, ORDER], ...settings });
  }
  const isToolUse = ({ name }: OutputEvent) => name === 'toolUse';

  it('calls the tool that was typed, waits, and speaks of its result', async () => {
    const caller = call().text('USER', 'use lookup {"query":"roaming"}', true);
    const { body } = await caller.until(isToolUse);
    expect(body).toMatchObject({ role: 'TOOL', toolName: 'lookup', content: '{"query":"roaming"}' });
    const block = caller.events.filter((event) => event.body.contentId === body.contentId).map(({ name }) => name);
    expect(block[0]).toBe('contentStart');
    await caller.until(({ name, body: end }) => name === 'contentEnd' && end.stopReason === 'TOOL_USE');
    caller.toolResult(String(body.toolUseId), '{"price":5}');
    await caller.turnEnd();
    expect(caller.texts().at(-1)).toBe(
      'ASSISTANT FINAL: This is a simulator. You typed: use lookup {"query":"roaming"}. The tool lookup answered: {"price":5}.',
    );
  });

  it.each([
    ['*1*427', 'lookup', '{"query":"427"}'],
    ['*2*427#', 'order', '{"number":427}'],
    ['*2*', 'order', '{}'],
  ])('calls for the keys %s the tool %s with %s', async (keys, toolName, content) => {
    const caller = call().speak(dtmfTones(keys));
    expect((await caller.until(isToolUse)).body).toMatchObject({ toolName, content });
  });

  it('calls nothing for keys and words that ask for no declared tool', async () => {
    const caller = call().speak(dtmfTones('*3*1'));
    await caller.turnEnd(2);
    caller.text('USER', 'use hammer {}', true);
    await caller.turnEnd(3);
    expect(caller.names()).not.toContain('toolUse');
  });

  it('keeps listening while it waits, and answers both', async () => {
    const caller = call().speak(dtmfTones('*1*7'));
    const { body } = await caller.until(isToolUse);
    caller.speak(voiceLike(400));
    await caller.turnEnd(2);
    expect(caller.texts().join()).toContain('0.4 seconds of speech');
    caller.toolResult(String(body.toolUseId), '{"late":true}');
    await caller.turnEnd(4);
    expect(caller.texts().join()).toContain('The tool lookup answered: {"late":true}.');
  });

  it.each([
    ['any', { any: {} }, 'lookup'],
    ['tool', { tool: { name: 'order' } }, 'order'],
  ])('calls a tool whatever is said when toolChoice is %s', async (_, toolChoice, toolName) => {
    const caller = call({ toolChoice }).text('USER', 'hello', true);
    expect((await caller.until(isToolUse)).body).toMatchObject({ toolName });
  });

  it('ends the stream for a result that is not a JSON object', async () => {
    const caller = call().text('USER', 'use lookup {}', true);
    const { body } = await caller.until(isToolUse);
    caller.toolResult(String(body.toolUseId), 'sunny');
    expect(await caller.ended).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(VIOLATION.toolResult),
    });
  });

  it('encodes arguments twice when that fault is on', async () => {
    const caller = call({}, 'doubleEncodedToolArguments').text('USER', 'use lookup {"query":"a"}', true);
    const { body } = await caller.until(isToolUse);
    expect(JSON.parse(JSON.parse(String(body.content)) as string)).toEqual({ query: 'a' });
  });

  it('calls twice before an answer when that fault is on, and takes the results in any order', async () => {
    const caller = call({}, 'overlappingToolCalls').text('USER', 'use lookup {}', true);
    await caller.until(isToolUse, 2);
    const [first, second] = caller.events.filter(isToolUse).map(({ body }) => String(body.toolUseId));
    expect(first).not.toBe(second);
    caller.toolResult(second as string, '{"n":2}').toolResult(first as string, '{"n":1}');
    await caller.turnEnd();
    expect(caller.texts().at(-1)).toMatch(/answered: \{"n":2\}\. .*answered: \{"n":1\}\./);
  });
});
