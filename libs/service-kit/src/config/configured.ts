import type { z } from 'zod';
import { ConfigError, readConfig } from './read-config';

/** The configuration of the process, or its end with a readable list of what to set. For `main.ts` only. */
export async function readConfigOrExit<S extends z.ZodObject>(schema: S): Promise<z.output<S>> {
  try {
    return await readConfig(schema);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
