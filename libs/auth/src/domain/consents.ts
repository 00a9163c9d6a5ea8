import type { Principal } from './principal';

/** Who consents. A guest's word counts as long as the session that he gave it in. */
export type Consenting = Pick<Principal, 'kind' | 'id' | 'expiresAt'>;

/** What principals let us keep of what they say in calls. Every function throws ParleyError `store_unavailable` in an outage. */
export interface Consents {
  /** Whether transcripts may be kept; `undefined` while nothing was said about it. */
  get(who: Consenting): Promise<boolean | undefined>;
  /** The last word counts. */
  set(who: Consenting, transcripts: boolean): Promise<void>;
  /** Nothing was said. */
  forget(who: Pick<Consenting, 'id'>): Promise<void>;
}
