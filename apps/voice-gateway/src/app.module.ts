import { Module, type DynamicModule } from '@nestjs/common';
import { createBedrockKnowledgeBase, createTools, loadAssistants } from '@parley/assistants';
import { AuthModule, DISPLAY_NAMES, type DisplayNames } from '@parley/auth';
import { createConversationStore, createDocumentClient } from '@parley/conversations';
import { authOptionsOf } from '@parley/service-kit';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createSpeechModel } from './adapters/bedrock/create-speech-model';
import { CallDesk } from './call-desk';
import type { VoiceConfig } from './config';
import { Personas } from './personas';
import { VoiceGateway } from './transport/voice.gateway';

/** The composition root: the one place that says which adapter serves which port. */
@Module({})
export class AppModule {
  static with(config: VoiceConfig, logger: Logger, metrics: Registry): DynamicModule {
    const dynamo = createDocumentClient({ region: config.AWS_REGION });
    const knowledgeBase =
      config.KNOWLEDGE_BASE_ID === undefined
        ? undefined
        : createBedrockKnowledgeBase(config.KNOWLEDGE_BASE_ID, { region: config.AWS_REGION });
    return {
      module: AppModule,
      imports: [
        AuthModule.forRoot({
          ...authOptionsOf(config, logger, metrics, { admitted: config.GUEST_VOICE }),
          sessions: { client: dynamo, table: config.SESSIONS_TABLE },
        }),
      ],
      providers: [
        VoiceGateway,
        {
          provide: CallDesk,
          inject: [DISPLAY_NAMES],
          useFactory: (names: DisplayNames) =>
            new CallDesk({
              model: createSpeechModel(config.VOICE_MODEL_ADAPTER, config.AWS_REGION, config.VOICE_MODEL_ID),
              store: createConversationStore({ client: dynamo, table: config.CONVERSATIONS_TABLE }),
              assistants: loadAssistants(),
              personas: new Personas(createTools(knowledgeBase === undefined ? {} : { knowledgeBase }), logger),
              names,
              logger,
              metrics,
            }),
        },
      ],
    };
  }
}
