import { FrameAllowance, type FrameLimits } from './frame-allowance';

/** A person with several connections may send as much as so many of them. */
const CONNECTIONS_AT_FULL_SPEED = 2;

/** What each person may send over all connections of this process to one path, together. */
export class PersonAllowances {
  private readonly shared = new Map<string, { allowance: FrameAllowance; connections: number }>();
  private readonly limits: FrameLimits;

  /** @param limits of one connection */
  constructor(
    { perSecond, burst, firstBurst = burst }: FrameLimits,
    private readonly now?: () => number,
  ) {
    const times = CONNECTIONS_AT_FULL_SPEED;
    this.limits = { perSecond: perSecond * times, burst: Math.max(burst, firstBurst) * times };
  }

  /** The allowance of a person for one more connection, which has to be given back when that ends. */
  opened(principalId: string): FrameAllowance {
    const known = this.shared.get(principalId);
    const entry = known ?? { allowance: new FrameAllowance(this.limits, this.now), connections: 0 };
    entry.connections += 1;
    if (known === undefined) this.shared.set(principalId, entry);
    return entry.allowance;
  }

  closed(principalId: string): void {
    const entry = this.shared.get(principalId);
    if (entry !== undefined && (entry.connections -= 1) === 0) this.shared.delete(principalId);
  }

  /** People who are counted now. */
  get size(): number {
    return this.shared.size;
  }
}
