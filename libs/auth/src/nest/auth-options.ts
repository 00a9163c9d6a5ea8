import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { Bans } from '../domain/bans';
import type { ConnectionLimitOptions } from '../domain/connection-limits';
import type { ConnectionRegistry } from '../domain/connection-registry';
import type { Consents } from '../domain/consents';
import type { DisplayNames } from '../domain/display-names';
import type { SignOutHint, SignOutLog } from '../domain/sign-outs';
import type { TicketStore } from '../domain/tickets';
import type { KeyFetch } from '../passport/key-set';

/** One verdict of a guard or of the socket edge, for the log and the counters. Never holds a credential. */
export interface AuthDecision {
  where: 'http' | 'socket' | 'refresh';
  verdict: 'admitted' | 'refused';
  /** Stable code of a refusal. */
  code?: string;
  /** What exactly was wrong. For the log: the outside never learns it. */
  reason?: string | undefined;
  principalId?: string | undefined;
}

/** What is kept of sessions, by port. */
export interface SessionStores {
  tickets: TicketStore;
  names: DisplayNames;
  signOuts: SignOutLog;
  bans: Bans;
  consents: Consents;
  connections: ConnectionRegistry;
}

/** The DynamoDB table that all of it is kept in. */
export interface SessionTable {
  client: DynamoDBDocumentClient;
  table: string;
}

/** Guests: people who have not signed in, known by a session that this product signs. Nobody is a guest without this. */
export interface GuestOptions {
  /** Secrets that sign guest sessions, each at least 32 characters: the first signs, a second is still accepted. */
  keys: readonly string[];
  /** Whether this service admits them at all, where a route says `@AllowGuests()`; they are recognised either way. */
  admitted?: boolean;
  /** Lets a `?sessionId=` of at least 22 characters stand for its history, for sites that block cookies. */
  bareLabels?: boolean;
}

export interface AuthOptions {
  /** The pool's issuer, as in `iss`; keys are read from `<issuer>/.well-known/jwks.json`. */
  issuer: string;
  clientIds: readonly string[];
  /** Origins whose pages may call, the own one among them. */
  allowedOrigins: readonly string[];
  /** Those of them that are this product's own: these get cookies, the others never do. All of them when left out. */
  ownOrigins?: readonly string[];
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
  guests?: GuestOptions;
  /** Open sockets that one process allows. */
  connections?: ConnectionLimitOptions;
  /** Where tickets, display names, consents, sign-outs and bans are kept. */
  sessions: SessionTable | SessionStores;
  /** Tells other processes at once that somebody signed out. Without it they know at their next poll. */
  signOutHint?: SignOutHint;
  /** The same for bans. */
  banHint?: SignOutHint;
  /** How often each process reads who signed out and who is banned, in milliseconds; default 5,000. */
  signOutPollMs?: number;
  onDecision?: (decision: AuthDecision) => void;
  /** Told of each attempt to read the keys. */
  onKeyFetch?: (fetch: KeyFetch) => void;
  /** Told when the keys, the sign-outs, the bans or the connections cannot be read or written. */
  onOutage?: (error: unknown) => void;
}

const origin = z.string().refine((value) => {
  try {
    return new URL(value).origin === value;
  } catch {
    return false;
  }
}, 'an origin such as https://app.example.com, without a path');

const schema = z
  .object({
    issuer: z
      .url({ protocol: /^https?$/ })
      .refine((value) => !value.endsWith('/'), 'must be as in `iss`, without a slash at the end'),
    clientIds: z.array(z.string().min(1)).min(1),
    allowedOrigins: z.array(origin).min(1),
    ownOrigins: z.array(origin).min(1).optional(),
    scopes: z.array(z.string().regex(/^[!#-[\]-~]+$/, 'a scope, without spaces')).optional(),
    clockToleranceS: z.number().min(0).max(60).optional(),
    guests: z
      .object({
        keys: z
          .array(z.string().min(32, 'a secret of at least 32 characters'))
          .min(1)
          .max(2, 'one key, or two while the first replaces the second')
          .refine((keys) => new Set(keys).size === keys.length, 'two different keys'),
        admitted: z.boolean().optional(),
        bareLabels: z.boolean().optional(),
      })
      .optional(),
    sessions: z.looseObject({}),
    signOutPollMs: z.number().int().min(100).optional(),
  })
  .refine(({ allowedOrigins, ownOrigins = [] }) => ownOrigins.every((own) => allowedOrigins.includes(own)), {
    path: ['ownOrigins'],
    message: 'must be among allowedOrigins',
    when: ({ issues }) => issues.every(({ path }) => !/Origins$/.test(String(path?.[0]))),
  });

/** Checks the options. @throws Error that lists all faults at once and no value. */
export function checkAuthOptions(options: AuthOptions): AuthOptions {
  const result = schema.safeParse(options);
  if (result.success) return options;
  throw new Error(`AuthModule is not configured rightly:\n${z.prettifyError(result.error)}`);
}
