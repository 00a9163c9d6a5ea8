import {
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type FactoryProvider,
  type ModuleMetadata,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CachingTokenVerifier } from '../domain/caching-token-verifier';
import { RefusalLimiter } from '../domain/refusal-limiter';
import { DynamoDisplayNames } from '../dynamodb/display-names';
import { DynamoTicketStore } from '../dynamodb/ticket-store';
import { KeySet } from '../passport/key-set';
import { PassportTokenVerifier } from '../passport/passport-token-verifier';
import { AuthGuard } from './auth.guard';
import { checkAuthOptions, type AuthOptions } from './auth-options';
import { Authenticator } from './authenticator';
import { AUTH_OPTIONS, DISPLAY_NAMES, TICKET_STORE, TOKEN_VERIFIER } from './tokens';

/** How the options are made when they depend on other providers. */
export interface AuthAsyncOptions
  extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider<AuthOptions>, 'inject' | 'useFactory'> {}

/**
 * Closes every HTTP route and every socket handler of the application, and provides who is behind each.
 * Import it once, in the root module.
 */
@Module({})
export class AuthModule implements OnModuleInit, OnApplicationShutdown {
  constructor(private readonly keys: KeySet) {}

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
            new CachingTokenVerifier(new PassportTokenVerifier(options, keys), (kid) => keys.trusted(kid)),
        },
        {
          provide: TICKET_STORE,
          inject: [AUTH_OPTIONS],
          useFactory: ({ sessions }: AuthOptions) => new DynamoTicketStore(sessions.client, sessions.table),
        },
        {
          provide: DISPLAY_NAMES,
          inject: [AUTH_OPTIONS],
          useFactory: ({ sessions }: AuthOptions) => new DynamoDisplayNames(sessions.client, sessions.table),
        },
        {
          provide: Authenticator,
          inject: [AUTH_OPTIONS, TOKEN_VERIFIER, TICKET_STORE],
          useFactory: (options: AuthOptions, ...[verifier, tickets]: [never, never]) =>
            new Authenticator(verifier, tickets, new RefusalLimiter(), options),
        },
        { provide: APP_GUARD, useClass: AuthGuard },
      ],
      exports: [AUTH_OPTIONS, Authenticator, KeySet, TOKEN_VERIFIER, TICKET_STORE, DISPLAY_NAMES],
    };
  }

  /** Warms the keys. A key service that is down does not stop the start: the process is just not ready yet. */
  async onModuleInit(): Promise<void> {
    await this.keys.start();
  }

  onApplicationShutdown(): void {
    this.keys.stop();
  }
}
