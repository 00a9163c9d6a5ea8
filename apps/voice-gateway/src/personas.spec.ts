import { loadAssistants, type Tool } from '@parley/assistants';
import { z } from 'zod';
import { profileOf } from './call/nova/profiles';
import { Personas } from './personas';

const general = loadAssistants().get('general', { guest: false });
const tool: Tool = {
  name: general.tools[0]!,
  description: 'Says a lot.',
  inputSchema: z.object({}),
  execute: async () => ({ text: 'x'.repeat(50_000) }),
};
const toolFor = (modelId: string) => {
  const personas = new Personas([tool], { warn: () => undefined } as never, profileOf(modelId));
  return personas.forCall(general, 'alice', 'a-conversation').tools[0]!;
};

it.each([
  ['goes on talking meanwhile', 'amazon.nova-2-sonic-v1:0', 8_000],
  ['is silent meanwhile', 'amazon.nova-sonic-v1:0', 4_000],
  ['nobody knows', 'amazon.nova-9-sonic-v1:0', 4_000],
])('a model that %s waits for a tool no longer than a caller would', async (_, modelId, ms) => {
  const timeout = jest.spyOn(AbortSignal, 'timeout');
  await toolFor(modelId).run('{}', new AbortController().signal);
  expect(timeout.mock.calls).toEqual([[ms]]);
  timeout.mockRestore();
});

it('a model is told no more of a result than it takes', async () => {
  const { limits } = profileOf('amazon.nova-2-sonic-v1:0');
  const result = await toolFor('amazon.nova-2-sonic-v1:0').run('{}', new AbortController().signal);
  expect(JSON.stringify(result).length).toBeLessThanOrEqual(limits.toolResultCharacters + 100);
});
