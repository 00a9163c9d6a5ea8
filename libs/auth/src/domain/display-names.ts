/** The name other people see, kept with the principal: first from the ID token at sign-in, then the person's own. */
export interface DisplayNames {
  /** The name of a principal, or `undefined` when none is known yet. */
  get(principalId: string): Promise<string | undefined>;
  /** Keeps a name unless the person has one already. */
  remember(principalId: string, name: string): Promise<void>;
  /** The person's own choice, whatever was there; until `expiresAt` (epoch milliseconds) where it ends, as a guest does. */
  set(principalId: string, name: string, expiresAt?: number): Promise<void>;
}
