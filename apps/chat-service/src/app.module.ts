import { Module, type DynamicModule } from '@nestjs/common';
import { createBedrockKnowledgeBase, createChatModels, createTools, loadAssistants } from '@parley/assistants';
import { AuthModule, DISPLAY_NAMES, type DisplayNames } from '@parley/auth';
import {
  DynamoGenerationClaims,
  MemoryGenerationLog,
  createConversationStore,
  createDocumentClient,
} from '@parley/conversations';
import { authOptionsOf } from '@parley/service-kit';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { AssistantsController } from './assistants.controller';
import { Answering } from './chat/answering';
import { Authors } from './chat/authors';
import { Following } from './chat/following';
import { Generations } from './chat/generations';
import { Rescue } from './chat/rescue';
import { ChatController } from './chat.controller';
import type { ChatConfig } from './config';
import { ConversationsController } from './conversations/conversations.controller';
import { ASSISTANTS, CLAIMS, CONVERSATIONS } from './ports';
import { IdentityProvider } from './session/identity-provider';
import { SessionController } from './session/session.controller';
import { SignOut } from './session/sign-out';
import { Upkeep } from './upkeep';

/** The composition root: the one place that says which adapter serves which port. */
@Module({})
export class AppModule {
  static with(config: ChatConfig, logger: Logger, metrics: Registry): DynamicModule {
    const dynamo = createDocumentClient({ region: config.AWS_REGION });
    const report = (what: string, cause: unknown) => logger.warn({ err: cause }, what);
    const claims = new DynamoGenerationClaims(dynamo, config.CONVERSATIONS_TABLE);
    const log = new MemoryGenerationLog();
    const generations = new Generations({ claims, log, report });
    const knowledgeBase =
      config.KNOWLEDGE_BASE_ID === undefined
        ? undefined
        : createBedrockKnowledgeBase(config.KNOWLEDGE_BASE_ID, { region: config.AWS_REGION });
    const answers = new Counter({
      name: 'parley_answers_total',
      help: 'Answers by assistant and outcome',
      labelNames: ['assistant', 'outcome'],
      registers: [metrics],
    });
    new Gauge({
      name: 'parley_sessions_live',
      help: 'Answers being written by this process',
      registers: [metrics],
      collect() {
        this.set(generations.live);
      },
    });
    const store = createConversationStore({
      client: dynamo,
      table: config.CONVERSATIONS_TABLE,
      report,
      beforeRemove: (id) => generations.stopIn(id),
    });
    const assistants = loadAssistants();
    const rescue = new Rescue({ claims, log, store, assistants, report });
    return {
      module: AppModule,
      imports: [
        AuthModule.forRoot({
          ...authOptionsOf(config, logger, metrics, { bareLabels: config.GUEST_BARE_LABELS }),
          sessions: { client: dynamo, table: config.SESSIONS_TABLE },
        }),
      ],
      controllers: [SessionController, ConversationsController, ChatController, AssistantsController],
      providers: [
        SignOut,
        { provide: Upkeep, useFactory: () => new Upkeep(store, rescue, report) },
        { provide: CONVERSATIONS, useValue: store },
        { provide: ASSISTANTS, useValue: assistants },
        { provide: CLAIMS, useValue: claims },
        { provide: Generations, useValue: generations },
        { provide: Following, useValue: new Following({ claims, log, store, rescue, report }) },
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
        {
          provide: Answering,
          useFactory: () =>
            new Answering({
              store,
              assistants,
              claims,
              generations,
              rescue,
              models: createChatModels({ default: config.CHAT_MODEL, region: config.AWS_REGION }),
              tools: createTools(knowledgeBase === undefined ? {} : { knowledgeBase }),
              report,
              onEnd: ({ outcome, usage, estimatedUsage }, { id }) => {
                answers.inc({ assistant: id, outcome });
                logger.info(
                  { assistant: id, outcome, usage: usage ?? estimatedUsage, counted: usage !== undefined },
                  'answer ended',
                );
              },
            }),
        },
      ],
    };
  }
}
