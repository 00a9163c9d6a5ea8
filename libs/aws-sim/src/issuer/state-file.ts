import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoredKey } from './signing-keys';
import type { StoredRecord } from './token-store';

export interface IssuerState {
  version: 1;
  cookieSecret: string;
  keys: StoredKey[];
  records: Record<string, StoredRecord>;
}

const emptyState = (): IssuerState => ({
  version: 1,
  cookieSecret: randomBytes(32).toString('base64url'),
  keys: [],
  records: {},
});

/** What the issuer remembers between runs: without it, starting anew would sign everybody out. */
export class StateFile {
  readonly state: IssuerState;
  private pending: NodeJS.Immediate | undefined;

  /** @param file nothing is kept without one. A file that is not ours or not whole counts as none. */
  constructor(private readonly file: string | undefined) {
    this.state = read(file) ?? emptyState();
  }

  /** Writes soon; many changes in one turn are one write. */
  changed(): void {
    if (this.file === undefined) return;
    this.pending ??= setImmediate(() => this.flush());
  }

  flush(): void {
    clearImmediate(this.pending);
    this.pending = undefined;
    if (this.file === undefined) return;
    mkdirSync(dirname(this.file), { recursive: true });
    // Private keys of the simulated pool: of no worth elsewhere, and still nobody else's to read.
    const next = `${this.file}.next`;
    writeFileSync(next, JSON.stringify(this.state), { mode: 0o600 });
    renameSync(next, this.file);
  }
}

function read(file: string | undefined): IssuerState | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as IssuerState;
    return state.version === 1 && Array.isArray(state.keys) && typeof state.records === 'object' ? state : undefined;
  } catch {
    return undefined;
  }
}
