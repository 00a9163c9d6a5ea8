import type { Place } from '../domain/connection-limits';
import type { Principal } from '../domain/principal';
import type { RequiredRights } from '../domain/rights';
import type { SocketAccessOptions } from './decorators';

/** What a gateway's marks say of its path. */
export interface SocketPolicy extends SocketAccessOptions, RequiredRights {
  public: boolean;
  guests?: boolean;
}

/** Who may come in, and with what. */
export interface Access extends SocketAccessOptions {
  guests?: boolean;
  /** Who is banned too. */
  banned?: boolean;
}

/** A request that was let in. */
export interface Admission {
  principal: Principal;
  /** A `Set-Cookie` that goes with the answer: a guest's session that was issued or renewed. */
  setCookie?: string;
}

/** A handshake that was let in. */
export interface SocketAdmission extends Partial<Admission> {
  /** The address it is counted by. */
  address: string;
  /** `?sessionId=`: a name inside the caller's own history, which opens nothing by itself. */
  label: string | undefined;
  /** The guest's new session, for other origins only: the own one has the cookie. To be told in `welcome`. */
  session?: string;
  /** The connection's place: to be given back when the socket is gone, or never came to be. */
  place: Place;
}

/** What a living socket sends to live on. */
export interface RefreshRequest {
  token?: unknown;
  session?: unknown;
}
