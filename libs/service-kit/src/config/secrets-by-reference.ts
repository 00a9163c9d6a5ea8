import type { z } from 'zod';
import { SecretUnreadable, type SecretSource } from '../secrets/secret-source';

/** Marks a variable of a schema as secret: it may also be given as `<NAME>_ARN`. */
export const secret = <S extends z.ZodType>(schema: S): S => schema.meta({ ...schema.meta(), secret: true });

/** Names of a schema's secret variables. */
export const secretNames = (schema: z.ZodObject): string[] =>
  Object.entries(schema.shape)
    .filter(([, field]) => (field as z.ZodType).meta()?.['secret'] === true)
    .map(([name]) => name);

/**
 * The environment with every `<NAME>_ARN` read and put into `<NAME>`, and what went wrong, one line each. Where a platform
 * hands secrets over itself (ECS) there is nothing to read; where it does not (Lambda) the same service reads them.
 */
export async function resolveSecrets(
  schema: z.ZodObject,
  env: NodeJS.ProcessEnv,
  source: SecretSource,
): Promise<{ env: NodeJS.ProcessEnv; faults: Map<string, string> }> {
  const resolved = { ...env };
  const faults = new Map<string, string>();
  await Promise.all(
    secretNames(schema).map(async (name) => {
      const reference = env[`${name}_ARN`];
      if (!reference) return;
      if (env[name]) return void faults.set(name, `${name} and ${name}_ARN are both set; give one of them`);
      try {
        resolved[name] = await source.read(reference);
      } catch (error) {
        const reason = error instanceof SecretUnreadable ? error.reason : 'unknown';
        faults.set(name, `${name}_ARN cannot be read: ${reason}`);
      }
    }),
  );
  return { env: resolved, faults };
}
