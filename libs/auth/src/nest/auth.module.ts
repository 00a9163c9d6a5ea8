import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { BannedList } from '../domain/banned-list';
import { CachingTokenVerifier } from '../domain/caching-token-verifier';
import { ConnectionLimits } from '../domain/connection-limits';
import { OpenConnections } from '../domain/open-connections';
import { RefusalLimiter } from '../domain/refusal-limiter';
import { SignedOutList } from '../domain/signed-out-list';
import type { TokenVerifier } from '../domain/token-verifier';
import { KeySet } from '../passport/key-set';
import { registerJwtStrategy } from '../passport/jwt-strategy';
import { PassportTokenVerifier } from '../passport/passport-token-verifier';
import { AuthGuard } from './auth.guard';
import { checkAuthOptions, type AuthOptions, type SessionStores } from './auth-options';
import { Authenticator } from './authenticator';
import { Guests } from './guests';
import { RefusalFilter } from './refusal.filter';
import { sessionStoresOf } from './session-stores';
import {
  AUTH_OPTIONS,
  CONNECTION_REGISTRY,
  CONSENTS,
  DISPLAY_NAMES,
  SESSION_STORES,
  TICKET_STORE,
  TOKEN_VERIFIER,
} from './tokens';

/** How the options are made when they depend on other providers. */
export interface AuthAsyncOptions
  extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider<AuthOptions>, 'inject' | 'useFactory'> {}

const parts: Provider[] = [
  { provide: SESSION_STORES, inject: [AUTH_OPTIONS], useFactory: sessionStoresOf },
  { provide: TICKET_STORE, inject: [SESSION_STORES], useFactory: ({ tickets }: SessionStores) => tickets },
  { provide: DISPLAY_NAMES, inject: [SESSION_STORES], useFactory: ({ names }: SessionStores) => names },
  { provide: CONSENTS, inject: [SESSION_STORES], useFactory: ({ consents }: SessionStores) => consents },
  {
    provide: CONNECTION_REGISTRY,
    inject: [SESSION_STORES],
    useFactory: ({ connections }: SessionStores) => connections,
  },
  {
    provide: OpenConnections,
    inject: [AUTH_OPTIONS, SESSION_STORES],
    useFactory: ({ onOutage }: AuthOptions, { connections }: SessionStores) =>
      new OpenConnections(connections, { onError: onOutage }),
  },
  {
    provide: KeySet,
    inject: [AUTH_OPTIONS],
    useFactory: ({ issuer, onOutage, onKeyFetch }: AuthOptions) =>
      new KeySet({
        jwksUri: `${issuer}/.well-known/jwks.json`,
        ...(onOutage ? { onOutage } : {}),
        ...(onKeyFetch ? { onFetch: onKeyFetch } : {}),
      }),
  },
  {
    provide: TOKEN_VERIFIER,
    inject: [AUTH_OPTIONS, KeySet],
    useFactory: (options: AuthOptions, keys: KeySet) =>
      new CachingTokenVerifier(new PassportTokenVerifier(options, keys), () => keys.trust),
  },
  {
    provide: SignedOutList,
    inject: [AUTH_OPTIONS, SESSION_STORES],
    useFactory: ({ signOutHint, signOutPollMs, onOutage }: AuthOptions, { signOuts }: SessionStores) =>
      new SignedOutList({
        log: signOuts,
        hint: signOutHint,
        pollMs: signOutPollMs,
        ...(onOutage ? { onError: onOutage } : {}),
      }),
  },
  {
    provide: Guests,
    inject: [AUTH_OPTIONS, SignedOutList],
    useFactory: (options: AuthOptions, signedOut: SignedOutList) =>
      new Guests(options, (guest) => signedOut.has(guest)),
  },
  {
    provide: BannedList,
    inject: [AUTH_OPTIONS, SESSION_STORES],
    useFactory: ({ banHint, signOutPollMs, onOutage }: AuthOptions, { bans }: SessionStores) =>
      new BannedList({
        bans,
        hint: banHint,
        pollMs: signOutPollMs,
        ...(onOutage ? { onError: onOutage } : {}),
      }),
  },
  {
    provide: Authenticator,
    inject: [AUTH_OPTIONS, TOKEN_VERIFIER, SESSION_STORES, Guests, SignedOutList, BannedList],
    useFactory: (
      options: AuthOptions,
      verifier: TokenVerifier,
      { tickets }: SessionStores,
      guests: Guests,
      signedOut: SignedOutList,
      banned: BannedList,
    ) => {
      const connections = new ConnectionLimits(options.connections);
      const refusals = new RefusalLimiter();
      return new Authenticator({ verifier, tickets, guests, signedOut, banned, refusals, connections }, options);
    },
  },
];

/**
 * Closes every HTTP route and every socket handler of the application, and provides who is behind each.
 * Import it once, in the root module.
 */
@Module({})
export class AuthModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(KeySet) private readonly keys: KeySet,
    @Inject(SignedOutList) private readonly signedOut: SignedOutList,
    @Inject(BannedList) private readonly banned: BannedList,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(OpenConnections) private readonly connections: OpenConnections,
  ) {}

  static forRoot(options: AuthOptions): DynamicModule {
    return AuthModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: AuthAsyncOptions): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      imports,
      providers: [
        {
          provide: AUTH_OPTIONS,
          inject,
          useFactory: async (...args: never[]) => checkAuthOptions(await useFactory(...args)),
        },
        ...parts,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: RefusalFilter },
      ],
      exports: [
        AUTH_OPTIONS,
        Authenticator,
        Guests,
        KeySet,
        OpenConnections,
        CONNECTION_REGISTRY,
        CONSENTS,
        SignedOutList,
        BannedList,
        TOKEN_VERIFIER,
        TICKET_STORE,
        DISPLAY_NAMES,
      ],
    };
  }

  /** Warms the keys. What is down does not stop the start: the process is just not ready yet. */
  async onModuleInit(): Promise<void> {
    registerJwtStrategy(this.authenticator);
    void this.signedOut.start();
    void this.banned.start();
    this.connections.start();
    await this.keys.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.keys.stop();
    await Promise.all([this.signedOut.stop(), this.banned.stop(), this.connections.stop()]);
  }
}
