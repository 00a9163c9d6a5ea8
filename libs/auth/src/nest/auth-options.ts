import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { KeyFetch } from '../passport/key-set';

/** One verdict of a guard or of the socket edge, for the log and the counters. Never holds a credential. */
export interface AuthDecision {
  where: 'http' | 'socket';
  verdict: 'admitted' | 'refused';
  /** Stable code of a refusal. */
  code?: string;
  /** What exactly was wrong. For the log: the outside never learns it. */
  reason?: string;
  principalId?: string;
}

export interface AuthOptions {
  /** The pool's issuer, as in `iss`; keys are read from `<issuer>/.well-known/jwks.json`. */
  issuer: string;
  clientIds: readonly string[];
  /** Origins whose pages may open sockets, the own one among them. */
  allowedOrigins: readonly string[];
  /** Header in which the trusted hop tells the viewer's address; the socket's address counts when left out. */
  addressHeader?: string;
  /**
   * Whether `x-forwarded-authorization` is read beside `Authorization`: behind an edge that signs requests to its origin
   * and moves the viewer's header there. Off by default: anybody can send that header.
   */
  forwardedAuthorization?: boolean;
  /** Scopes that every access token must carry. */
  scopes?: readonly string[];
  /** Tolerance for `exp`, `iat` and `nbf` in seconds, 0 to 60; default 5. */
  clockToleranceS?: number;
  /** Where tickets and display names are kept. */
  sessions: { client: DynamoDBDocumentClient; table: string };
  onDecision?: (decision: AuthDecision) => void;
  /** Told of each attempt to read the keys. */
  onKeyFetch?: (fetch: KeyFetch) => void;
  /** Told when the keys cannot be read. */
  onOutage?: (error: unknown) => void;
}

const origin = z.string().refine((value) => {
  try {
    return new URL(value).origin === value;
  } catch {
    return false;
  }
}, 'an origin such as https://app.example.com, without a path');

const schema = z.object({
  issuer: z
    .url({ protocol: /^https?$/ })
    .refine((value) => !value.endsWith('/'), 'must be as in `iss`, without a slash at the end'),
  clientIds: z.array(z.string().min(1)).min(1),
  allowedOrigins: z.array(origin).min(1),
  scopes: z.array(z.string().regex(/^[!#-[\]-~]+$/, 'a scope, without spaces')).optional(),
  clockToleranceS: z.number().min(0).max(60).optional(),
});

/** Checks the options. @throws Error that lists all faults at once. */
export function checkAuthOptions(options: AuthOptions): AuthOptions {
  const result = schema.safeParse(options);
  if (result.success) return options;
  throw new Error(`AuthModule is not configured rightly:\n${z.prettifyError(result.error)}`);
}
