import type { Adapter, AdapterPayload } from 'oidc-provider';

export interface StoredRecord {
  payload: AdapterPayload;
  /** Epoch milliseconds. */
  expiresAtMs?: number;
  /** When it was used for the first time, in epoch milliseconds. */
  consumedAtMs?: number;
}

export interface TokenStoreOptions {
  records: Record<string, StoredRecord>;
  /** How long a refresh token that was used still counts as unused, in milliseconds. */
  refreshGraceMs: number;
  now: () => number;
  changed: () => void;
}

/** oidc-provider's sessions, codes, grants and refresh tokens, by model and id. */
export class TokenStore implements Adapter {
  constructor(
    private readonly model: string,
    private readonly options: TokenStoreOptions,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresInSeconds?: number): Promise<void> {
    const expiry =
      typeof expiresInSeconds === 'number' ? { expiresAtMs: this.options.now() + expiresInSeconds * 1000 } : {};
    this.options.records[this.key(id)] = { payload, ...expiry };
    this.prune();
    this.options.changed();
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.read(this.options.records[this.key(id)]);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.read(this.ofThisModel().find(({ payload }) => payload.uid === uid));
  }

  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(id: string): Promise<void> {
    const record = this.options.records[this.key(id)];
    // A second use within the grace does not begin a new grace.
    if (record) record.consumedAtMs ??= this.options.now();
    this.options.changed();
  }

  async destroy(id: string): Promise<void> {
    delete this.options.records[this.key(id)];
    this.options.changed();
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, { payload }] of Object.entries(this.options.records))
      if (payload.grantId === grantId) delete this.options.records[key];
    this.options.changed();
  }

  /**
   * Cognito's grace after a rotation: within it a used refresh token looks unused, so a second tab or a client that lost
   * the answer gets a valid one; after it the provider sees the reuse and ends the family.
   */
  private read(record: StoredRecord | undefined): AdapterPayload | undefined {
    if (!record || this.isExpired(record)) return undefined;
    const { payload, consumedAtMs } = record;
    if (consumedAtMs === undefined) return payload;
    const inGrace = this.model === 'RefreshToken' && this.options.now() - consumedAtMs <= this.options.refreshGraceMs;
    return inGrace ? payload : { ...payload, consumed: Math.floor(consumedAtMs / 1000) };
  }

  private key(id: string): string {
    return `${this.model}:${id}`;
  }

  private ofThisModel(): StoredRecord[] {
    return Object.entries(this.options.records)
      .filter(([key]) => key.startsWith(`${this.model}:`))
      .map(([, record]) => record);
  }

  private isExpired({ expiresAtMs }: StoredRecord): boolean {
    return expiresAtMs !== undefined && expiresAtMs <= this.options.now();
  }

  private prune(): void {
    for (const [key, record] of Object.entries(this.options.records))
      if (this.isExpired(record)) delete this.options.records[key];
  }
}
