import type { IncomingMessage } from 'node:http';
import { ParleyError } from '@parley/errors';
import type { TicketAudience } from '@parley/protocol';
import { clientAddress } from '../domain/client-address';
import type { BannedList } from '../domain/banned-list';
import type { ConnectionLimits, Place } from '../domain/connection-limits';
import { readCredential, type Credential, type CredentialSource } from '../domain/credential';
import { labelOf } from '../domain/guest-label';
import { isOriginAllowed } from '../domain/origins';
import type { Principal, TokenUse } from '../domain/principal';
import { headerValues } from '../domain/raw-headers';
import type { RefusalLimiter } from '../domain/refusal-limiter';
import { hasRights } from '../domain/rights';
import type { SignedOutList } from '../domain/signed-out-list';
import type { TicketStore } from '../domain/tickets';
import type { TokenVerifier } from '../domain/token-verifier';
import type { AuthOptions } from './auth-options';
import type { Access, Admission, RefreshRequest, SocketAdmission, SocketPolicy } from './admission';
import type { Guests } from './guests';
import { Verdicts, limited, type Where } from './verdicts';

export interface AuthenticatorParts {
  verifier: TokenVerifier;
  tickets: TicketStore;
  guests: Guests;
  signedOut: SignedOutList;
  banned: BannedList;
  refusals: RefusalLimiter;
  connections: ConnectionLimits;
}

type Options = Pick<AuthOptions, 'allowedOrigins' | 'addressHeader' | 'forwardedAuthorization' | 'onDecision'>;
interface Identity extends Admission {
  ticket?: string;
  session?: string;
}

/**
 * Decides who sent a request, for HTTP and for sockets: the one place where identity is decided.
 */
export class Authenticator {
  private readonly verdicts: Verdicts;

  constructor(
    private readonly parts: AuthenticatorParts,
    private readonly options: Options,
  ) {
    this.verdicts = new Verdicts(options.onDecision);
  }

  /**
   * The principal of an HTTP request. Only headers are read: a token in a URL ends up in logs.
   *
   * @throws ParleyError `missing_token`, `invalid_token`, `guests_not_admitted`, `signing_keys_unavailable`,
   *   `banned`, `too_many_requests`; `origin_not_allowed` and `json_required` for a change that only a cookie vouches for
   */
  async authenticateRequest(
    request: IncomingMessage,
    access: Pick<Access, 'guests' | 'banned'> = {},
  ): Promise<Admission> {
    const { principal, setCookie } = await this.decide('http', request, this.headersOf(request), access);
    return { principal, ...(setCookie === undefined ? {} : { setCookie }) };
  }

  /**
   * Decides on a WebSocket handshake, before any frame is read and any gateway code runs. A ticket is spent last.
   *
   * @param offered its subprotocols, where the request does not tell them (any more)
   * @throws ParleyError as `authenticateRequest`, and `origin_not_allowed`, `forbidden`, `too_many_connections`
   */
  async authenticateUpgrade(
    request: IncomingMessage,
    policy: SocketPolicy,
    offered = request.headers['sec-websocket-protocol'],
  ): Promise<SocketAdmission> {
    const address = this.addressOf(request);
    const { origin, 'sec-websocket-origin': olderOrigin } = request.headers;
    // By the second name browsers told it before RFC 6455: `ws` opens to their version of the protocol, too.
    for (const told of [origin, olderOrigin])
      if (!isOriginAllowed(told as string | undefined, this.options.allowedOrigins))
        throw this.verdicts.refused('socket', new ParleyError('origin_not_allowed'));
    const query = queryOf(request.url);
    const label = labelOf(query);
    if (policy.public) return { address, label, place: this.place('socket', undefined, address) };
    const source = this.headersOf(request);
    source.subprotocols = offered;
    source.query = query;
    const { principal, ticket, setCookie, session } = await this.decide('socket', request, source, policy);
    if (!hasRights(principal, policy)) throw this.verdicts.refused('socket', new ParleyError('forbidden'), principal);
    const place = this.place('socket', principal, address);
    try {
      if (ticket !== undefined && policy.audience !== undefined)
        await this.parts.tickets.redeem(ticket, policy.audience);
    } catch (error) {
      place.release();
      throw this.verdicts.refused('socket', limited(error, address, this.parts.refusals), principal);
    }
    const admission: SocketAdmission = { principal, address, label, place };
    if (setCookie !== undefined) admission.setCookie = setCookie;
    if (session !== undefined) admission.session = session;
    return admission;
  }

  /**
   * Verifies what prolongs a living socket: a token of the same subject and client, a guest's own session, valid now.
   *
   * @throws ParleyError `invalid_token`, `banned`, `signing_keys_unavailable`
   */
  async refresh(
    principal: Principal,
    { token, session }: RefreshRequest,
    { uses, address }: { uses?: readonly TokenUse[] | undefined; address: string },
  ): Promise<Principal> {
    try {
      const next = await this.refreshed(principal, token, session, uses);
      if (next.id !== principal.id || next.clientId !== principal.clientId)
        throw invalid('of another subject or client');
      this.assertSignedIn(next);
      this.assertWelcome(next);
      this.verdicts.admitted('refresh', next);
      return next;
    } catch (error) {
      // Counted, so that a socket is no cheaper place to guess at than a handshake; its own limit is five.
      limited(error, address, this.parts.refusals);
      throw this.verdicts.refused('refresh', error, principal);
    }
  }

  /**
   * Who sends a request to a public route, where that is told: for routes that may be asked with a cookie of their own.
   *
   * @throws ParleyError as `authenticateRequest`, but `undefined` when nothing is presented
   */
  async identifyRequest(request: IncomingMessage, access: Pick<Access, 'banned'> = {}): Promise<Principal | undefined> {
    if (!readCredential(this.headersOf(request))) return undefined;
    return (await this.authenticateRequest(request, { guests: true, ...access })).principal;
  }

  /**
   * Who bought a ticket, which is looked at and not spent: for a route whose URL may be asked again within its time.
   *
   * @throws ParleyError `invalid_token`, also for another conversation's ticket; `too_many_requests`
   */
  async lookAtTicket(
    request: IncomingMessage,
    ticket: string,
    { audience, conversationId }: { audience: TicketAudience; conversationId: string },
  ): Promise<Principal> {
    try {
      const content = await this.parts.tickets.look(ticket, audience);
      if (content.conversationId !== conversationId) throw invalid('a ticket of another conversation');
      this.assertSignedIn(content.principal);
      this.assertWelcome(content.principal);
      return content.principal;
    } catch (error) {
      throw this.verdicts.refused('http', limited(error, this.addressOf(request), this.parts.refusals));
    }
  }

  /** A guest's session for `POST /api/session/guest`: the caller's own renewed, else a new one. */
  async beginGuest(request: IncomingMessage) {
    const known = await this.identifyRequest(request);
    const guest = known?.kind === 'guest' ? known : undefined;
    return this.parts.guests.begin(request.headers, guest, this.addressOf(request));
  }

  /**
   * The guest whose session comes beside a user's token, for `POST /api/session/claim`; `undefined` when there is none, or
   * one that is over or not ours: `invalid_token` would be read as the user's own token being bad, for as long as the page
   * keeps that session. It counts as a guess all the same.
   *
   * @throws ParleyError `guests_not_admitted` in a service that knows no guests, `too_many_requests`
   */
  claimedGuest(request: IncomingMessage, session: string | undefined): Principal | undefined {
    const { guests } = this.parts;
    try {
      return guests.ofClaim(request.headers, session);
    } catch (error) {
      const refusal = this.verdicts.refused('http', limited(error, this.addressOf(request), guests.refusals));
      if (refusal instanceof ParleyError && refusal.code === 'invalid_token') return undefined;
      throw refusal;
    }
  }

  /**
   * For what outlives a request (a ticket): a principal whose sign-in has ended gets none.
   *
   * @throws ParleyError `invalid_token`
   */
  assertSignedIn(principal: Principal): void {
    if (this.parts.signedOut.has(principal)) throw invalid('signed out');
  }

  private assertWelcome(principal: Principal): void {
    if (this.parts.banned.has(principal)) throw new ParleyError('banned');
  }

  private async refreshed(principal: Principal, token: unknown, session: unknown, uses?: readonly TokenUse[]) {
    if (principal.kind === 'user' && typeof token === 'string') return this.parts.verifier.verify(token, uses);
    if (principal.kind === 'guest' && typeof session === 'string') return this.parts.guests.verify(session);
    throw invalid('no credential of the kind this socket was opened with');
  }

  private async decide(where: Where, request: IncomingMessage, source: CredentialSource, access: Access) {
    let credential: Credential | undefined;
    try {
      credential = readCredential(source);
      const identity: Identity =
        credential?.kind === 'token'
          ? { principal: await this.parts.verifier.verify(credential.value, access.uses) }
          : await this.identify(where, request, credential, source, access);
      const { principal } = identity;
      if (principal.kind === 'guest') this.parts.guests.assertAdmitted(access.guests);
      if (where === 'socket') this.assertSignedIn(principal);
      if (access.banned !== true) this.assertWelcome(principal);
      this.verdicts.admitted(where, principal);
      return identity;
    } catch (error) {
      const { guests, refusals } = this.parts;
      const bucket = credential?.kind === 'guest' ? guests.refusals : refusals;
      throw this.verdicts.refused(where, limited(error, this.addressOf(request), bucket));
    }
  }

  private async identify(
    where: Where,
    request: IncomingMessage,
    credential: Credential | undefined,
    { query }: CredentialSource,
    access: Access,
  ): Promise<Identity> {
    const { guests, tickets } = this.parts;
    if (credential?.kind === 'ticket') {
      if (access.audience === undefined) throw invalid('no ticket opens this path');
      const { principal } = await tickets.look(credential.value, access.audience);
      return { principal, ticket: credential.value };
    }
    if (credential) return { principal: guests.verify(credential.value) };
    const found =
      where === 'http'
        ? guests.ofRequestCookie(request.headers, request.method)
        : guests.ofHandshake(request.headers, labelOf(query), access.guests === true, this.addressOf(request));
    if (!found) throw new ParleyError('missing_token');
    return found;
  }

  private headersOf(request: IncomingMessage): CredentialSource {
    const authorization = headerValues(request, 'authorization');
    if (this.options.forwardedAuthorization !== true) return { authorization };
    return { authorization, forwardedAuthorization: headerValues(request, 'x-forwarded-authorization') };
  }

  private addressOf(request: IncomingMessage): string {
    return clientAddress(request, this.options.addressHeader);
  }

  private place(where: Where, principal: Principal | undefined, address: string): Place {
    try {
      return this.parts.connections.take(principal, address);
    } catch (error) {
      throw this.verdicts.refused(where, error, principal);
    }
  }
}

const invalid = (why: string) => new ParleyError('invalid_token', { cause: new Error(why) });

function queryOf(url = '/'): URLSearchParams | undefined {
  const mark = url.indexOf('?');
  return mark === -1 ? undefined : new URLSearchParams(url.slice(mark + 1));
}
