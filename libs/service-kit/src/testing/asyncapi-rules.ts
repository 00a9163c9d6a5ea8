import { createRequire } from 'node:module';
import Ajv from 'ajv';

const require = createRequire(import.meta.url);

/** What breaks the rules of AsyncAPI 3.0 in a document, in words; empty when nothing does. */
export function asyncApiFaults(document: object): string[] {
  const ajv = new Ajv({ allErrors: true });
  // With ids the rules bring a second copy of JSON Schema's own, under the name of the one that ajv has.
  ajv.validate(require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object, document);
  const missing = referencesOf(document).filter((reference) => !isThere(document, reference));
  return [
    ...(ajv.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message ?? ''}`),
    ...missing.map((reference) => `${reference} leads nowhere`),
  ];
}

/** The rules in JSON Schema cannot tell whether a reference leads anywhere. */
function referencesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesOf(inner),
  );
}

function isThere(document: object, reference: string): boolean {
  let at: unknown = document;
  for (const name of reference.replace(/^#\//, '').split('/')) at = (at as Record<string, unknown> | undefined)?.[name];
  return at !== undefined;
}
