import type { DisplayNames, Principal } from '@parley/auth';
import type { Author } from '@parley/protocol';

/** Shown where a person has not told a name yet. */
const NAMELESS = 'Someone';

/** Principals as authors of entries: under the display name they have now. */
export class Authors {
  constructor(private readonly names: DisplayNames) {}

  async of(principal: Principal): Promise<Author> {
    const { kind, id } = principal;
    return { kind, id, name: (await this.names.get(principal)) ?? NAMELESS };
  }

  /** The name of somebody else, where there is one. A guest's is not prolonged by that. */
  async nameOf(principalId: string): Promise<{ name?: string }> {
    const name = await this.names.get({ kind: 'guest', id: principalId, expiresAt: 0 });
    return name === undefined ? {} : { name };
  }
}
