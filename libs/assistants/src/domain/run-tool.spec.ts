import { z } from 'zod';
import { capResult, inputSchemaJson, parseArguments, runTool } from './run-tool';
import { defineTool, type Tool } from './tool';

const context = () => ({ principalId: 'p', conversationId: 'c', signal: new AbortController().signal });
const limits = { timeoutMs: 30, maxResultCharacters: 50 };
const echo = defineTool({
  name: 'echo',
  description: 'Says it again',
  inputSchema: z.object({ text: z.string(), times: z.int().default(1) }),
  execute: async (input) => ({ input }),
});
const run = (args: unknown, tools: Tool[] = [echo], name = 'echo') =>
  runTool(tools, { name, arguments: args }, context(), limits);

describe('a tool call', () => {
  it.each([
    ['JSON text', '{"text":"a"}'],
    ['JSON text encoded twice', JSON.stringify('{"text":"a"}')],
    ['JSON text encoded three times', JSON.stringify(JSON.stringify('{"text":"a"}'))],
    ['an object', { text: 'a', unknown: 1 }],
  ])('takes its arguments as %s', async (_name, args) => {
    expect(await run(args)).toEqual({ input: { text: 'a', times: 1 } });
  });

  it.each([undefined, null, '', ' ', '{}', '"{}"', '""'])('takes %j for no arguments', (args) => {
    expect(parseArguments(args)).toEqual({});
  });

  it.each(['{', '[1]', '7', '"text"', [], { text: 7 }])('answers %j in words for the model', async (args) => {
    expect(await run(args)).toEqual({ error: expect.stringContaining('not valid') });
  });

  it('finds a tool whatever the case of its name, and says when there is none', async () => {
    expect(await run('{"text":"a"}', [echo], 'ECHO')).toHaveProperty('input');
    expect(await run('{}', [echo], 'other')).toEqual({ error: expect.stringContaining('no such tool') });
  });

  it('answers when the tool throws, at once or later, and keeps the words to the report', async () => {
    const reported: unknown[] = [];
    for (const execute of [
      () => {
        throw new Error('secret');
      },
      async () => Promise.reject(new Error('secret')),
    ]) {
      const tools = [{ ...echo, execute }];
      const call = { name: 'echo', arguments: '{"text":"a"}' };
      const answer = await runTool(tools, call, context(), limits, (what, cause) => reported.push([what, cause]));
      expect(answer).toEqual({ error: expect.stringContaining('failed') });
      expect(JSON.stringify(answer)).not.toContain('secret');
    }
    expect(reported).toEqual(Array(2).fill(['the tool echo failed', expect.objectContaining({ message: 'secret' })]));
  });

  it('answers in time when the tool hangs and hears no signal', async () => {
    const tools = [{ ...echo, execute: () => new Promise<object>(() => undefined) }];
    expect(await run('{"text":"a"}', tools)).toEqual({ error: expect.stringContaining('too long') });
  });

  it('answers at once when it is stopped, before or while it runs', async () => {
    const stop = new AbortController();
    const tools = [
      {
        ...echo,
        execute: () => {
          stop.abort();
          return new Promise<object>(() => undefined);
        },
      },
    ];
    const call = { name: 'echo', arguments: '{"text":"a"}' };
    for (let round = 0; round < 2; round++) {
      const answer = await runTool(
        tools,
        call,
        { ...context(), signal: stop.signal },
        { ...limits, timeoutMs: 60_000 },
      );
      expect(answer).toEqual({ error: expect.stringContaining('stopped') });
    }
  });

  it('cuts a long result and says so, never inside a character', () => {
    const result = { text: '🎧'.repeat(100) };
    for (const max of [20, 21]) {
      const capped = capResult(result, max) as { truncated: boolean; beginning: string };
      expect(capped.truncated).toBe(true);
      expect(capped.beginning.isWellFormed()).toBe(true);
    }
    expect(capResult({ a: 1 }, 20)).toEqual({ a: 1 });
  });
});

describe('the schema for Nova Sonic', () => {
  it('is JSON Schema as text', () => {
    expect(JSON.parse(inputSchemaJson(echo))).toEqual({
      type: 'object',
      properties: { text: { type: 'string' }, times: expect.objectContaining({ type: 'integer', default: 1 }) },
      required: ['text'],
    });
  });
});
