import {
  MemoryGenerationLog,
  type ConversationStore,
  type GenerationClaim,
  type GenerationClaims,
} from '@parley/conversations';
import { Rescue } from './rescue';

const claim: GenerationClaim = {
  ...{ conversationId: 'c', generationId: 'g', key: 'k', principalId: 'alice', assistant: 'retired' },
  ...{ state: 'running', succeeded: false, leaseUntil: 0 },
};
const chunks = [
  { type: 'start', messageId: 'g' },
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'Half of' },
];

it('keeps and counts what there is of an answer, also of an assistant that this version does not have any more', async () => {
  const log = new MemoryGenerationLog();
  const writer = log.open('g');
  for (const chunk of chunks) writer.append(JSON.stringify(chunk));
  const done: unknown[] = [];
  const claims = {
    takeOver: async () => claim,
    finish: async (_: GenerationClaim, outcome: object) => done.push(['finish', outcome]),
  } as unknown as GenerationClaims;
  const store = {
    append: async (...[, , draft]: Parameters<ConversationStore['append']>) => done.push(['append', draft]),
  } as unknown as ConversationStore;
  const lost = {
    count: async (...[, { id }, characters]: [unknown, { id: string }, number]) =>
      void done.push(['count', id, characters]),
  };
  const rescue = new Rescue({ claims, log, store, lost, assistants: { all: () => [] }, report: () => undefined });

  expect(await rescue.rescue(claim)).toBe(true);
  const author = { kind: 'assistant', id: 'retired', name: 'retired' };
  expect(done).toEqual([
    [
      'append',
      expect.objectContaining({ id: 'g', author, interrupted: true, parts: [{ type: 'text', text: 'Half of' }] }),
    ],
    // Before the claim ends: a deletion of the conversation waits for that, and takes along what is counted in it.
    ['count', 'retired', 'Half of'.length],
    ['finish', { succeeded: false }],
  ]);
  expect(JSON.parse((await log.snapshot('g')).at(-1)!.json)).toEqual({
    type: 'error',
    errorText: 'answer_interrupted',
  });
});
