import { Module, type DynamicModule } from '@nestjs/common';
import {
  AuthModule,
  Authenticator,
  CONNECTION_REGISTRY,
  CONSENTS,
  DISPLAY_NAMES,
  type ConnectionRegistry,
  type Consents,
  type DisplayNames,
} from '@parley/auth';
import {
  createDocumentClient,
  DynamoAuditLog,
  DynamoErasureWishes,
  DynamoLiveCalls,
  DynamoReports,
  hintOver,
  Replicas,
  valkeyOptionsOf,
  type AuditLog,
  type Reports,
} from '@parley/conversations';
import { authOptionsOf, gaugeOf } from '@parley/service-kit';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { AdminController } from './admin.controller';
import { composeAnswers } from './answers';
import { BlocksController } from './blocks.controller';
import { AssistantsController } from './assistants.controller';
import { Answering } from './chat/answering';
import { Authors } from './chat/authors';
import { Following } from './chat/following';
import { Generations } from './chat/generations';
import { ChatController } from './chat.controller';
import type { ChatConfig } from './config';
import { ConversationsController } from './conversations/conversations.controller';
import { StreamAccess } from './http/stream-access';
import { StreamPasses } from './http/stream-passes';
import { AsyncApiController } from './openapi/asyncapi.controller';
import { openApiOf } from './openapi/document';
import { OpenApiController } from './openapi/openapi.controller';
import { LIVING, frozen } from './http/compute';
import { ModerationController } from './moderation.controller';
import {
  ASKS_CONSENT,
  ASSISTANTS,
  AUDIT,
  BLOCKS,
  CEILINGS,
  CLAIMS,
  COMPUTE,
  CONVERSATIONS,
  LIVE_CALLS,
  OPENAPI,
  REPORTS,
  SWITCHES,
  USAGE,
} from './ports';
import { IdentityProvider } from './session/identity-provider';
import { Erasure } from './session/erasure';
import { SelfController } from './session/self.controller';
import { SessionController } from './session/session.controller';
import { SignOut } from './session/sign-out';
import { RoomsOfService } from './rooms';
import { BlockLists } from './rooms/block-lists';
import { hiding } from './rooms/hiding';
import { ChatDesk } from './transport/chat-desk';
import { ChatGateway } from './transport/chat.gateway';
import { RoomsController } from './transport/rooms.controller';
import { Upkeep } from './upkeep';
import { UsageController } from './usage.controller';

/** All routes of the service; the OpenAPI document tells of each. */
const CONTROLLERS = [
  SessionController,
  SelfController,
  ConversationsController,
  RoomsController,
  ChatController,
  AssistantsController,
  UsageController,
  AdminController,
  ModerationController,
  BlocksController,
  OpenApiController,
  AsyncApiController,
];

/** The composition root: the one place that says which adapter serves which port. */
@Module({})
export class AppModule {
  static with(config: ChatConfig, logger: Logger, metrics: Registry): DynamicModule {
    const dynamo = createDocumentClient({ region: config.AWS_REGION });
    const replicas = new Replicas(valkeyOptionsOf(config), logger);
    if (replicas.valkey)
      gaugeOf(metrics, 'parley_valkey_reached', '1 while other processes are heard over Valkey', () =>
        Number(replicas.reached),
      );
    const answers = composeAnswers({ config, logger, metrics, dynamo, replicas });
    const { store, generations, assistants, claims, switches, usage, blocks } = answers;
    const rooms = new RoomsOfService(answers, replicas, metrics);
    gaugeOf(metrics, 'parley_sessions_live', 'Answers being written by this process', () => generations.live);
    return {
      module: AppModule,
      imports: [
        AuthModule.forRoot({
          ...authOptionsOf(config, logger, metrics, { bareLabels: config.GUEST_BARE_LABELS }),
          sessions: { client: dynamo, table: config.SESSIONS_TABLE },
          signOutHint: hintOver(replicas.fanOut, 'sign-outs'),
          banHint: hintOver(replicas.fanOut, 'bans'),
        }),
      ],
      controllers: CONTROLLERS,
      providers: [
        { provide: Replicas, useValue: replicas },
        SignOut,
        { provide: RoomsOfService, useValue: rooms },
        { provide: BlockLists, useValue: rooms.blockLists },
        {
          provide: ChatDesk,
          inject: [CONNECTION_REGISTRY, AUDIT],
          useFactory: (registry: ConnectionRegistry, audit: AuditLog) => rooms.desk(registry, audit),
        },
        ChatGateway,
        {
          provide: Upkeep,
          inject: [Erasure],
          useFactory: (erasure: Erasure) => new Upkeep({ ...answers, erasure }),
        },
        {
          provide: Erasure,
          inject: [DISPLAY_NAMES, CONSENTS, CONNECTION_REGISTRY, AUDIT, REPORTS],
          useFactory: (
            names: DisplayNames,
            consents: Consents,
            connections: ConnectionRegistry,
            audit: AuditLog,
            reports: Reports,
          ) =>
            new Erasure({
              wishes: new DynamoErasureWishes(dynamo, config.CONVERSATIONS_TABLE),
              conversations: store,
              report: answers.report,
              ...{ usage, names, consents, connections, audit, reports },
            }),
        },
        { provide: ASKS_CONSENT, useValue: config.TRANSCRIPT_CONSENT === 'ask' },
        { provide: CONVERSATIONS, useValue: hiding(store, blocks) },
        { provide: BLOCKS, useValue: blocks },
        { provide: ASSISTANTS, useValue: assistants },
        { provide: CLAIMS, useValue: claims },
        { provide: Generations, useValue: generations },
        { provide: Following, useValue: answers.following },
        { provide: Answering, useValue: answers.answering },
        {
          provide: StreamAccess,
          inject: [Authenticator],
          useFactory: (authenticator: Authenticator) =>
            new StreamAccess(authenticator, new StreamPasses(dynamo, config.SESSIONS_TABLE)),
        },
        { provide: AUDIT, useValue: new DynamoAuditLog(dynamo, config.CONVERSATIONS_TABLE) },
        { provide: REPORTS, useValue: new DynamoReports(dynamo, config.CONVERSATIONS_TABLE) },
        { provide: OPENAPI, useValue: openApiOf(CONTROLLERS) },
        {
          provide: COMPUTE,
          useValue: config.AWS_LAMBDA_FUNCTION_NAME === undefined ? LIVING : frozen(generations, answers.ceilings),
        },
        { provide: SWITCHES, useValue: switches },
        { provide: CEILINGS, useValue: answers.ceilings },
        { provide: LIVE_CALLS, useValue: new DynamoLiveCalls(dynamo, config.SESSIONS_TABLE) },
        { provide: USAGE, useValue: usage },
        { provide: Authors, inject: [DISPLAY_NAMES], useFactory: (names: DisplayNames) => new Authors(names) },
        {
          provide: IdentityProvider,
          useFactory: () =>
            new IdentityProvider({
              domain: config.COGNITO_DOMAIN,
              clientId: config.COGNITO_LOGIN_CLIENT_ID,
              ...(config.COGNITO_CLIENT_SECRET === undefined ? {} : { clientSecret: config.COGNITO_CLIENT_SECRET }),
            }),
        },
      ],
    };
  }
}
