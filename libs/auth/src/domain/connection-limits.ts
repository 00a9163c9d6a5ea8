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
  private readonly held = new Map<string, number>();

  constructor(private readonly options: ConnectionLimitOptions = {}) {}

  /**
   * Takes a place for a socket before it opens.
   *
   * @returns gives the place back, once
   * @throws ParleyError `too_many_connections`
   */
  take(principal: Principal | undefined, address: string): () => void {
    const { perPrincipal = 10, guestsPerAddress = 20 } = this.options;
    const places: [string, number][] = [];
    if (principal) places.push([`principal ${principal.id}`, perPrincipal]);
    if (principal?.kind !== 'user') places.push([`address ${address}`, guestsPerAddress]);
    if (places.some(([place, limit]) => (this.held.get(place) ?? 0) >= limit))
      throw new ParleyError('too_many_connections', { retryAfterMs: RETRY_AFTER_MS });
    for (const [place] of places) this.held.set(place, (this.held.get(place) ?? 0) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      for (const [place] of places) this.give(place);
    };
  }

  private give(place: string): void {
    const left = (this.held.get(place) ?? 1) - 1;
    if (left > 0) this.held.set(place, left);
    else this.held.delete(place);
  }
}
