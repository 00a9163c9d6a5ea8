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

interface LevelStore {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** The store that dynalite itself uses, whatever its version. */
const { Level } = createRequire(createRequire(import.meta.url).resolve('dynalite'))('level') as {
  Level: new (folder: string) => LevelStore;
};

/**
 * dynalite opens its folder late and cannot say that this failed: the first request would end the process.
 *
 * @throws Error when another process has the folder open, or when it cannot be read
 */
export async function assertFolderUsable(folder: string): Promise<void> {
  const store = new Level(folder);
  try {
    await store.open();
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    const why = cause?.code === 'LEVEL_LOCKED' ? 'is in use by another process' : 'cannot be opened';
    throw new Error(`The data folder ${folder} ${why}`, { cause: error });
  }
  await store.close();
}
