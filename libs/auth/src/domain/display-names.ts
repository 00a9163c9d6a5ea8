import type { Principal } from './principal';

/** Whose name it is. A guest's name ends with his session, and lives on as that is renewed. */
export type Named = Pick<Principal, 'kind' | 'id' | 'expiresAt'>;

/** The name other people see, kept with the principal: first from the ID token at sign-in, then the person's own. */
export interface DisplayNames {
  /**
   * The name of a principal, or `undefined` when none is known yet. A user's first one is known everywhere at once, what a person
   * changes it to within a minute.
   */
  get(who: Named): Promise<string | undefined>;
  /** Keeps a name unless the person has one already. */
  remember(who: Named, name: string): Promise<void>;
  /** The person's own choice, whatever was there. */
  set(who: Named, name: string): Promise<void>;
  /** No name is known any more: here at once, elsewhere within a minute. */
  forget(who: Pick<Named, 'id'>): Promise<void>;
}
