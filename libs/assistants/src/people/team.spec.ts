import { runTool } from '../domain/run-tool';
import { createTools } from '../tools/built-in';
import { teamOf } from './team';

const context = { principalId: 'ann', conversationId: 'c', signal: new AbortController().signal };

it('brings everybody who is named into the conversation, on behalf of the person and of nobody the model names', async () => {
  const calls: unknown[] = [];
  const rooms = { bringIn: async (...args: unknown[]) => (calls.push(args), {} as never) };
  const tools = createTools({ people: teamOf('sub-1=Sam Smith, sub-2=Kim', rooms) });
  const call = { name: 'callPeople', arguments: { principalId: 'mallory', conversationId: 'of mallory' } };
  expect(await runTool(tools, call, context)).toEqual({ called: ['Sam Smith', 'Kim'] });
  const people = [
    { kind: 'user', id: 'sub-1', name: 'Sam Smith' },
    { kind: 'user', id: 'sub-2', name: 'Kim' },
  ];
  expect(calls).toEqual([['ann', 'c', people]]);
});

it.each([undefined, '', ' '])('nobody can be called where nobody is named: %j', (text) => {
  const people = teamOf(text, { bringIn: async () => ({}) as never });
  expect(createTools({ people }).map(({ name }) => name)).toEqual(['currentTime']);
});

it.each(['Sam', 'a=', '=Sam', 'a=Sam,', 'a=Sam=Smith', 'a=Sam,,b=Kim', 'a b=Sam'])(
  'a team is not read from %j',
  (text) => {
    expect(() => teamOf(text, { bringIn: async () => ({}) as never })).toThrow('<sub>=<name>');
  },
);
