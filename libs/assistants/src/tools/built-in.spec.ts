import type { KnowledgeBase } from '../domain/knowledge-base';
import { runTool } from '../domain/run-tool';
import { loadAssistants } from '../load-assistants';
import { createTools, toolsOf } from './built-in';

const context = { principalId: 'p', conversationId: 'c', signal: new AbortController().signal };
const now = () => Date.UTC(2026, 6, 1, 12, 30);

describe('the built-in tools', () => {
  it('say what time it is in a time zone', async () => {
    const call = (timeZone?: string) =>
      runTool(createTools({ now }), { name: 'currentTime', arguments: { timeZone } }, context);
    expect(await call('Europe/Berlin')).toMatchObject({
      timeZone: 'Europe/Berlin',
      inWords: expect.stringContaining('14:30'),
      utc: '2026-07-01T12:30:00.000Z',
    });
    expect(await call()).toMatchObject({ inWords: expect.stringContaining('Wednesday') });
    expect(await call('Mars/Olympus')).toEqual({ error: expect.stringContaining('IANA') });
  });

  it('search the knowledge base and shorten its passages', async () => {
    const seen: unknown[] = [];
    const knowledgeBase: KnowledgeBase = {
      search: async (text, { limit }) => {
        seen.push(text, limit);
        return [{ text: 'x'.repeat(5_000), source: 'guide.md', score: 0.9 }, { text: 'short' }];
      },
    };
    const call = { name: 'searchKnowledgeBase', arguments: '{"query":" How? "}' };
    const answer = (await runTool(createTools({ knowledgeBase }), call, context)) as { passages: { text: string }[] };
    expect(seen).toEqual(['How?', 4]);
    expect(answer.passages.map(({ text }) => text.length)).toEqual([1_200, 5]);
    expect(answer.passages[0]).toMatchObject({ source: 'guide.md' });
  });

  it('do not offer a search where there is no knowledge base', () => {
    const general = loadAssistants().get();
    expect(toolsOf(general, createTools({})).map(({ name }) => name)).toEqual(['currentTime']);
  });
});
