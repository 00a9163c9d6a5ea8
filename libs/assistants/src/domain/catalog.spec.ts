import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { assistantSummarySchema } from '@parley/protocol';
import { ASSISTANT_FILES } from '../../assistants';
import { loadAssistants } from '../load-assistants';
import { BUILT_IN_TOOLS } from '../tools/built-in';
import { callerOf, defineAssistant, type AssistantDefinition } from './assistant';
import { catalogOf } from './catalog';

const good: AssistantDefinition = {
  id: 'general',
  name: 'General',
  description: 'Answers.',
  instructions: 'Answer.',
  model: 'default',
  voice: 'tiffany',
  tools: [],
  limits: { maxOutputTokens: 100, steps: 1 },
  guests: true,
};
const load = (...definitions: object[]) =>
  catalogOf(
    definitions.map((definition) => defineAssistant({ ...good, ...definition })),
    BUILT_IN_TOOLS,
  );

describe('the assistants', () => {
  it('are those of the folder: a new file is listed in its index', () => {
    const folder = join(import.meta.dirname, '../../assistants');
    const files = readdirSync(folder).filter((file) => !['index.ts', 'prices.ts'].includes(file));
    const listed = ASSISTANT_FILES.map(({ definition }) => `${definition.id}.ts`);
    expect(listed.sort()).toEqual(files.sort());
  });

  it('are three, the general one by default', () => {
    const catalog = loadAssistants();
    expect(catalog.all().map(({ id }) => id)).toEqual(['general', 'coding-coach', 'storefront-helper']);
    expect(catalog.get().id).toBe('general');
  });

  it('are listed as the wire wants them, with a JSON Schema of the context they accept', () => {
    const items = loadAssistants().list();
    for (const item of items) expect(assistantSummarySchema.parse(item)).toEqual(item);
    expect(items.find(({ id }) => id === 'coding-coach')?.contextSchema).toMatchObject({
      type: 'object',
      required: ['problem', 'code', 'language'],
      properties: { lastTestOutput: { type: 'string' } },
    });
    expect(items.find(({ id }) => id === 'general')).not.toHaveProperty('contextSchema');
    expect(JSON.stringify(items)).not.toContain('instructions');
  });

  it('that do not admit guests are not shown to them', () => {
    const ids = loadAssistants()
      .list({ guest: true })
      .map(({ id }) => id);
    expect(ids).toEqual(['general', 'storefront-helper']);
    expect(() => loadAssistants().get('coding-coach', { guest: true })).toThrow(
      expect.objectContaining({ code: 'assistant_not_found' }),
    );
  });

  it('that are unknown are refused', () => {
    const { get } = loadAssistants();
    for (const id of ['nobody', '', '__proto__']) {
      expect(() => get(id)).toThrow(expect.objectContaining({ code: 'assistant_not_found' }));
    }
  });
});

it.each(['default', 'bedrock:amazon.nova-pro-v1:0', 'google:gemini-2.5-flash', 'openai:llama3.2'] as const)(
  'an assistant may have %s for its own model, and for its second one',
  (model) => expect(load({ model, fallback: model }).get()).toMatchObject({ model, fallback: model }),
);

describe('a wrong file', () => {
  it.each<[string, object]>([
    ['id', { id: 'General!' }],
    ['name', { name: '' }],
    ['instructions', { instructions: ' ' }],
    ['model', { model: 'anthropic:claude' }],
    ['fallback', { fallback: 'none' }],
    ['voice', { voice: 'Tiffany' }],
    ['tools.0', { tools: ['launchMissiles'] }],
    ['limits.steps', { limits: { maxOutputTokens: 100, steps: 0 } }],
    ['guests', { guests: 'yes' }],
    ['context', { context: { type: 'object' } }],
    ['', { extra: true }],
  ])('fails at start by file and line: %s', (path, fault) => {
    expect(() => load(fault)).toThrow(new RegExp(`catalog\\.spec\\.ts:\\d+: ${path.replace('.', '\\.')}: `));
  });

  it('is reported together with the others', () => {
    const act = () => load({}, { id: 'a', voice: 'X' }, { id: 'b-b', model: 'gemini' });
    expect(act).toThrow(/id: [\s\S]*voice: [\s\S]*model: /);
  });

  it('may not take an id that is taken, nor leave the default out', () => {
    expect(() => load({}, {})).toThrow('"general" is taken');
    expect(() => load({ id: 'other' })).toThrow('no assistant "general"');
  });

  it('is named also where there is no stack', () => {
    expect(callerOf(undefined)).toBe('an unknown file');
    expect(callerOf('Error\n at a (/x/y.ts:1:2)\n at file:///x/my-file.ts:12:3')).toBe('my-file.ts:12');
  });
});
