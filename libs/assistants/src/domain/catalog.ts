import { ParleyError } from '@parley/errors';
import type { AssistantSummary } from '@parley/protocol';
import { z } from 'zod';
import { definitionSchema, type Assistant, type AssistantFile } from './assistant';

/** Who answers where nobody was chosen. */
export const DEFAULT_ASSISTANT = 'general';

export interface AssistantCatalog {
  /**
   * The assistant with this id, the default one without an id.
   *
   * @param options.guest a guest asks: one that does not admit guests is not there for him
   * @throws ParleyError `assistant_not_found`
   */
  get(id?: string, options?: { guest?: boolean }): Assistant;
  /** What a person may choose from; for a guest only those that admit guests. */
  list(options?: { guest?: boolean }): AssistantSummary[];
  all(): readonly Assistant[];
}

/**
 * Checks the definitions and makes the catalog of them.
 *
 * @param toolNames every name that a definition may use.
 * @throws Error that lists all faults of all files, each with its file and line.
 */
export function catalogOf(files: readonly AssistantFile[], toolNames: readonly string[]): AssistantCatalog {
  const schema = definitionSchema(toolNames);
  const byId = new Map<string, Assistant>();
  const summaries = new Map<string, AssistantSummary>();
  const faults: string[] = [];
  for (const { definition, source } of files) {
    const checked = schema.safeParse(definition);
    if (!checked.success) {
      for (const { path, message } of checked.error.issues) faults.push(`${source}: ${path.join('.')}: ${message}`);
      continue;
    }
    if (byId.has(definition.id)) faults.push(`${source}: id: "${definition.id}" is taken by another file`);
    byId.set(definition.id, definition);
    try {
      summaries.set(definition.id, summaryOf(definition));
    } catch (error) {
      faults.push(`${source}: context: has no JSON Schema: ${(error as Error).message}`);
    }
  }
  if (faults.length === 0 && !byId.has(DEFAULT_ASSISTANT)) faults.push(`there is no assistant "${DEFAULT_ASSISTANT}"`);
  if (faults.length > 0) throw new Error(`The assistants are not valid:\n${faults.join('\n')}`);

  return {
    get(id = DEFAULT_ASSISTANT, { guest = false } = {}) {
      const assistant = byId.get(id);
      if (assistant === undefined || (guest && !assistant.guests)) throw new ParleyError('assistant_not_found');
      return assistant;
    },
    list: ({ guest = false } = {}) =>
      [...byId.values()]
        .filter(({ guests }) => guests || !guest)
        .map(({ id }) => summaries.get(id) as AssistantSummary),
    all: () => [...byId.values()],
  };
}

function summaryOf({ id, name, description, voice, context }: Assistant): AssistantSummary {
  return { id, name, description, voice, ...(context === undefined ? {} : { contextSchema: jsonSchemaOf(context) }) };
}

/** Of each schema once: those of the tools are asked for at each answer. */
const jsonSchemas = new WeakMap<z.ZodObject, Readonly<Record<string, unknown>>>();

/** JSON Schema of a zod object, without the `$schema` line that only costs tokens. */
export function jsonSchemaOf(schema: z.ZodObject): Readonly<Record<string, unknown>> {
  const known = jsonSchemas.get(schema);
  if (known !== undefined) return known;
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io: 'input' });
  jsonSchemas.set(schema, made);
  return made;
}
