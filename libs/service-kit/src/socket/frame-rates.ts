import type { Principal } from '@parley/auth';
import type { FrameLimits } from './frame-allowance';
import { PersonAllowances } from './person-allowances';

/** How fast frames may come: over one connection, and over all that a person has to this process. */
export interface FrameRate {
  limits: FrameLimits;
  people: PersonAllowances;
}

/** How fast frames may come on one path: a guest, who costs nobody a sign-in, may do half of what a user may. */
export class FrameRates {
  private readonly users: FrameRate;
  private readonly guests: FrameRate;

  constructor(limits: FrameLimits) {
    this.users = rateOf(limits);
    this.guests = rateOf(halved(limits));
  }

  /** Who brought nothing to a public path counts as a guest. */
  of(principal: Pick<Principal, 'kind'> | undefined): FrameRate {
    return principal?.kind === 'user' ? this.users : this.guests;
  }
}

const rateOf = (limits: FrameLimits): FrameRate => ({ limits, people: new PersonAllowances(limits) });

/** Not what a beginning needs at once: it is needed once, whoever begins. */
const halved = (limits: FrameLimits): FrameLimits => ({
  ...limits,
  perSecond: limits.perSecond / 2,
  burst: limits.burst / 2,
});
