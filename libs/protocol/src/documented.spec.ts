import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { CHAT_WIRE, VOICE_WIRE, type Wire } from './index';

const text = readFileSync(resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');

/** The cells of a section's table, found by the beginning of its head. */
function tableOf(section: string, head: string): string[][] {
  const from = text.indexOf(`| ${head}`, text.indexOf(`## ${section}`));
  const rows = text.slice(from, text.indexOf('\n\n', from)).split('\n').slice(2);
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Names of the events that a cell tells of: `a` · `b`, or `a {…}`. */
const namesIn = (cell: string) => [...cell.matchAll(/`(\w+)(?: \{.*?\})?`/g)].map(([, name]) => name!);

/** Fields of the bodies in a cell, with their question marks: `{a, b?: {c}}` has `a` and `b?`. */
function fieldsIn(cell: string): string[] {
  return [...cell.matchAll(/`\{([^`]*)\}`/g)].flatMap(([, body]) => {
    let flat = body!;
    // From the innermost braces outwards, until no field has a shape of its own.
    while (/[{[]/.test(flat)) flat = flat.replaceAll(/\{[^{}[\]]*\}|\[[^{}[\]]*\]/g, '');
    return flat
      .split(',')
      .map((field) => field.split(':')[0]!.trim())
      .filter(Boolean);
  });
}

/** What the page says of each event's fields; an event without braces has none here. */
class Told {
  readonly fields = new Map<string, Set<string>>();

  row(names: string[], cell: string): void {
    const pieces = cell.split(' · ');
    names.forEach((name, at) => this.event(name, pieces.length === names.length ? pieces[at]! : cell));
  }

  event(name: string, cell: string): void {
    const known = this.fields.get(name) ?? new Set();
    for (const field of fieldsIn(cell)) known.add(field);
    this.fields.set(name, known);
  }
}

const shapeOf = (schema: z.ZodType) => Object.entries((schema as z.ZodObject).shape as Record<string, z.ZodType>);

function expectSame(told: Told, events: Wire['client']): void {
  expect([...told.fields.keys()].sort()).toEqual(Object.keys(events).sort());
  for (const [name, schema] of Object.entries(events)) {
    const fields = [...told.fields.get(name)!];
    if (fields.length === 0) continue;
    const shape = shapeOf(schema);
    const bare = (field: string) => field.replace('?', '');
    expect([name, fields.map(bare).sort()]).toEqual([name, shape.map(([field]) => field).sort()]);
    const optional = shape.filter(([, of]) => of.safeParse(undefined).success).map(([field]) => field);
    const marked = fields.filter((field) => field.endsWith('?')).map(bare);
    expect([name, marked.filter((field) => !optional.includes(field))]).toEqual([name, []]);
  }
}

describe.each([CHAT_WIRE, VOICE_WIRE])('docs/protocol.md of $path', (wire) => {
  const asked = tableOf(wire.path, 'the client says');
  const said = tableOf(wire.path, 'the server says');

  it('has every event of the client with its fields, and no other', () => {
    const told = new Told();
    for (const [names, data] of asked) told.row(namesIn(names!), data!);
    expectSame(told, wire.client);
  });

  it('has every event of the server with its fields, and no other', () => {
    const told = new Told();
    for (const [, , answer = ''] of asked)
      for (const [whole] of answer.matchAll(/`\w+ \{[^`]*\}`/g))
        told.event(namesIn(whole)[0]!, whole.replace(/^`\w+ /, '`'));
    for (const [names, data] of said) told.row(namesIn(names!), data!);
    expectSame(told, wire.server);
  });
});

it('docs/protocol.md says by what /ws/chat answers', () => {
  const answers = tableOf(CHAT_WIRE.path, 'the client says').flatMap(([names, , answer]) => {
    const event = /^`(\w+) \{/.exec(answer!)?.[1];
    return event === undefined ? [] : namesIn(names!).map((name) => [name, event]);
  });
  expect(Object.fromEntries(answers)).toEqual(CHAT_WIRE.answers);
});
