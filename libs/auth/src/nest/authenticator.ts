import type { IncomingMessage } from 'node:http';
import { ParleyError } from '@parley/errors';
import { clientAddress } from '../domain/client-address';
import { readCredential, type Credential, type CredentialSource } from '../domain/credential';
import { isOriginAllowed } from '../domain/origins';
import type { Principal, TokenUse } from '../domain/principal';
import { headerValues } from '../domain/raw-headers';
import { hasRights, type RequiredRights } from '../domain/rights';
import type { RefusalLimiter } from '../domain/refusal-limiter';
import type { TicketStore } from '../domain/tickets';
import type { TokenVerifier } from '../domain/token-verifier';
import type { AuthOptions } from './auth-options';

import type { SocketAccessOptions } from './decorators';

/** What a gateway's marks say of its path. */
export interface SocketPolicy extends SocketAccessOptions, RequiredRights {
  public: boolean;
}

type Where = 'http' | 'socket';

/**
 * Decides who sent a request, for HTTP and for sockets: the one place where identity is decided.
 */
export class Authenticator {
  constructor(
    private readonly verifier: TokenVerifier,
    private readonly tickets: TicketStore,
    private readonly refusals: RefusalLimiter,
    private readonly options: Pick<
      AuthOptions,
      'allowedOrigins' | 'addressHeader' | 'forwardedAuthorization' | 'onDecision'
    >,
  ) {}

  /**
   * The principal of an HTTP request. Only the `Authorization` header is read: a token in a URL ends up in logs.
   *
   * @throws ParleyError `missing_token`, `invalid_token`, `signing_keys_unavailable`, `too_many_requests`
   */
  authenticateRequest(request: IncomingMessage): Promise<Principal> {
    return this.decide('http', request, this.headersOf(request), {});
  }

  /**
   * Decides on a WebSocket handshake, before any frame is read and any gateway code runs.
   *
   * @returns the principal; `undefined` only where the gateway is public
   * @throws ParleyError as `authenticateRequest`, and `origin_not_allowed`, `forbidden`
   */
  async authenticateUpgrade(request: IncomingMessage, policy: SocketPolicy): Promise<Principal | undefined> {
    if (!isOriginAllowed(request.headers.origin, this.options.allowedOrigins)) {
      throw this.refused('socket', new ParleyError('origin_not_allowed'));
    }
    if (policy.public) return undefined;
    const source: CredentialSource = {
      ...this.headersOf(request),
      subprotocols: request.headers['sec-websocket-protocol'],
      query: new URL(request.url ?? '/', 'http://edge').searchParams,
    };
    const principal = await this.decide('socket', request, source, policy);
    if (!hasRights(principal, policy)) {
      throw this.refused('socket', new ParleyError('forbidden'), principal);
    }
    return principal;
  }

  /**
   * Verifies the token that prolongs a living socket: of the same subject and client, valid now.
   *
   * @throws ParleyError `invalid_token`, `signing_keys_unavailable`
   */
  async refresh(principal: Principal, token: string, uses?: readonly TokenUse[]): Promise<Principal> {
    const next = await this.verifier.verify(token, uses);
    if (next.id === principal.id && next.clientId === principal.clientId) return next;
    throw new ParleyError('invalid_token', { cause: new Error('a token of another subject or client') });
  }

  private headersOf(request: IncomingMessage): CredentialSource {
    const authorization = headerValues(request, 'authorization');
    if (this.options.forwardedAuthorization !== true) return { authorization };
    return { authorization, forwardedAuthorization: headerValues(request, 'x-forwarded-authorization') };
  }

  private async decide(where: Where, request: IncomingMessage, source: CredentialSource, access: SocketAccessOptions) {
    try {
      const credential = readCredential(source);
      if (!credential) throw new ParleyError('missing_token');
      const principal = await this.verify(credential, access);
      this.options.onDecision?.({ where, verdict: 'admitted', principalId: principal.id });
      return principal;
    } catch (error) {
      throw this.refused(where, this.limited(error, request));
    }
  }

  private async verify({ kind, value }: Credential, { audience, uses }: SocketAccessOptions): Promise<Principal> {
    if (kind === 'token') return this.verifier.verify(value, uses);
    if (audience === undefined)
      throw new ParleyError('invalid_token', { cause: new Error('no ticket opens this path') });
    return (await this.tickets.redeem(value, audience)).principal;
  }

  /** Above the limit a refusal costs 429 in place of its own answer. Presenting nothing does not count. */
  private limited(error: unknown, request: IncomingMessage): unknown {
    if (!(error instanceof ParleyError) || !['invalid_token', 'signing_keys_unavailable'].includes(error.code))
      return error;
    const retryAfterMs = this.refusals.take(clientAddress(request, this.options.addressHeader));
    return retryAfterMs === undefined ? error : new ParleyError('too_many_requests', { retryAfterMs, cause: error });
  }

  private refused<E>(where: Where, error: E, principal?: Principal): E {
    if (error instanceof ParleyError) {
      const reason = error.cause instanceof Error ? error.cause.message : undefined;
      this.options.onDecision?.({ where, verdict: 'refused', code: error.code, reason, principalId: principal?.id });
    }
    return error;
  }
}
