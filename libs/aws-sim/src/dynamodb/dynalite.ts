import type { Server } from 'node:http';
import { createRequire } from 'node:module';

interface DynaliteOptions {
  /** Folder of the LevelDB store; in memory without one. */
  path?: string;
  /** How long tables stay in CREATING, DELETING and UPDATING; 500 ms each by default. */
  createTableMs?: number;
  deleteTableMs?: number;
  updateTableMs?: number;
}

/**
 * dynalite 4 comes without types. They are written here and not in a declaration file, which every project that imports
 * this library would have to name again.
 */
export const dynalite = createRequire(import.meta.url)('dynalite') as (options?: DynaliteOptions) => Server;
