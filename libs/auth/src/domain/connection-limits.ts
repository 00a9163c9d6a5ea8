import { ParleyError } from '@parley/errors';
import type { Principal } from './principal';

/** How many sockets one process lets one party hold open. */
export interface ConnectionLimitOptions {
  perPrincipal?: number;
  /** Guests, and those who brought nothing to a public path: a new guest costs nothing, an address does. */
  guestsPerAddress?: number;
}

/** When it makes sense to try again: a closed tab's socket is gone by then. */
const RETRY_AFTER_MS = 30_000;

/** Counts the open sockets of this process. */
export class ConnectionLimits {
  private readonly byPrincipal = new Map<string, number>();
  private readonly byAddress = new Map<string, number>();

  constructor(private readonly options: ConnectionLimitOptions = {}) {}

  /**
   * Takes a place for a socket before it opens.
   *
   * @returns gives the place back, once
   * @throws ParleyError `too_many_connections`
   */
  take(principal: Principal | undefined, address: string): () => void {
    const { perPrincipal = 10, guestsPerAddress = 20 } = this.options;
    const countsAddress = principal?.kind !== 'user';
    if (principal && (this.byPrincipal.get(principal.id) ?? 0) >= perPrincipal) throw full();
    if (countsAddress && (this.byAddress.get(address) ?? 0) >= guestsPerAddress) throw full();
    if (principal) add(this.byPrincipal, principal.id);
    if (countsAddress) add(this.byAddress, address);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      if (principal) give(this.byPrincipal, principal.id);
      if (countsAddress) give(this.byAddress, address);
    };
  }
}

const full = () => new ParleyError('too_many_connections', { retryAfterMs: RETRY_AFTER_MS });

function add(held: Map<string, number>, party: string): void {
  held.set(party, (held.get(party) ?? 0) + 1);
}

function give(held: Map<string, number>, party: string): void {
  const left = (held.get(party) ?? 1) - 1;
  if (left > 0) held.set(party, left);
  else held.delete(party);
}
