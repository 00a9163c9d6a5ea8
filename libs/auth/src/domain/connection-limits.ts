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

/** The place of one socket. */
export interface Place {
  /** Gives it back, once, however often it is called. */
  release(): void;
}

/** Counts the open sockets of this process. */
export class ConnectionLimits {
  private readonly byPrincipal = new Map<string, number>();
  private readonly byAddress = new Map<string, number>();

  constructor(private readonly options: ConnectionLimitOptions = {}) {}

  /**
   * Takes a place for a socket before it opens.
   *
   * @throws ParleyError `too_many_connections`
   */
  take(principal: Principal | undefined, address: string): Place {
    const { perPrincipal = 10, guestsPerAddress = 20 } = this.options;
    const person = principal?.id;
    const counted = principal?.kind === 'user' ? undefined : address;
    if (person !== undefined && (this.byPrincipal.get(person) ?? 0) >= perPrincipal) throw full();
    if (counted !== undefined && (this.byAddress.get(counted) ?? 0) >= guestsPerAddress) throw full();
    if (person !== undefined) add(this.byPrincipal, person);
    if (counted !== undefined) add(this.byAddress, counted);
    return new TakenPlace(this, person, counted);
  }

  /** @internal Called by a place. */
  give(person: string | undefined, address: string | undefined): void {
    if (person !== undefined) give(this.byPrincipal, person);
    if (address !== undefined) give(this.byAddress, address);
  }
}

/** No closure: it is held as long as its socket is open, ten thousand of them in a process. */
class TakenPlace implements Place {
  private isGiven = false;

  constructor(
    private readonly limits: ConnectionLimits,
    private readonly person: string | undefined,
    private readonly address: string | undefined,
  ) {}

  release(): void {
    if (this.isGiven) return;
    this.isGiven = true;
    this.limits.give(this.person, this.address);
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
