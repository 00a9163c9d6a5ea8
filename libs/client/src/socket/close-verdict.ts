import { CloseCode } from '@parley/protocol';
import { ClientError, networkError } from '../core/client-error';

/** What a person can do about a connection that failed for good. */
export type Remedy = 'retry' | 'sign-in' | 'none';

/** A close that is no failure. */
export type SocketEnd = 'hangup' | 'idle' | 'replaced';

/** What a client does after its socket closed. */
export type CloseVerdict =
  | { act: 'end'; reason: SocketEnd }
  | { act: 'fail'; error: ClientError; remedy: Remedy }
  /** `freshToken`: the present one was refused. `askWhy`: the browser hides the reason; `GET /api/session/me` tells it. */
  | { act: 'reconnect'; error: ClientError; afterMs?: number; freshToken?: boolean; askWhy?: boolean };

export interface ClosedSocket {
  code: number;
  reason: string;
  /** Whether the handshake was completed. */
  opened: boolean;
  /** The last `error` event before it closed. */
  lastError?: ClientError;
}

const denied = (code: string, message: string): ClientError => new ClientError({ code, kind: 'denied', message });
const down = (code: string, message: string): ClientError => new ClientError({ code, kind: 'unavailable', message });

/** Close codes are the contract of every Parley socket (docs/protocol.md, Close codes). */
export function verdictOnClose({ code, reason, opened, lastError }: ClosedSocket): CloseVerdict {
  switch (code) {
    case CloseCode.done:
      return { act: 'end', reason: 'hangup' };
    case CloseCode.idle:
      return { act: 'end', reason: 'idle' };
    case CloseCode.replaced:
      return { act: 'end', reason: 'replaced' };
    case CloseCode.refused:
      if (/guest/i.test(reason)) return signIn('guests_not_admitted', 'This is for people who are signed in.');
      return {
        act: 'reconnect',
        freshToken: true,
        error: denied('invalid_token', 'Your sign-in was not accepted. Sign in again.'),
      };
    case CloseCode.tokenExpired:
      if (/signed out/i.test(reason)) return signIn('signed_out', 'You were signed out.');
      return {
        act: 'reconnect',
        freshToken: true,
        error: denied('token_expired', 'Your sign-in has ended. Sign in again.'),
      };
    case CloseCode.forbidden:
      return {
        act: 'fail',
        remedy: 'none',
        error: lastError ?? denied('forbidden', reason || 'This is not allowed for you.'),
      };
    case CloseCode.invalidData:
    case CloseCode.tooBig: {
      const message = 'This page and the service do not understand each other. Reload the page.';
      return { act: 'fail', remedy: 'retry', error: new ClientError({ code: 'protocol', kind: 'fault', message }) };
    }
    case CloseCode.restarting:
      return { act: 'reconnect', error: down('restarting', 'The service is restarting.') };
    case CloseCode.tryLater:
    case CloseCode.tooFast:
    case CloseCode.fault: {
      const error = lastError ?? down('unavailable', 'This is not possible right now. Try again in a moment.');
      return { act: 'reconnect', error, afterMs: error.retryAfterMs };
    }
    default:
      return { act: 'reconnect', error: networkError(), askWhy: !opened };
  }
}

const signIn = (code: string, message: string): CloseVerdict => ({
  act: 'fail',
  remedy: 'sign-in',
  error: denied(code, message),
});
