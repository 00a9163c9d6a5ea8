import { Module, type DynamicModule } from '@nestjs/common';
import {
  createBedrockKnowledgeBase,
  createBudget,
  createTools,
  DynamoUsageLedger,
  loadAssistants,
  teamOf,
} from '@parley/assistants';
import { AuthModule, CONSENTS, DISPLAY_NAMES, SignedOutList, type Consents, type DisplayNames } from '@parley/auth';
import {
  announcing,
  createConversationStore,
  createDocumentClient,
  hintOver,
  Replicas,
  valkeyOptionsOf,
} from '@parley/conversations';
import { authOptionsOf, gaugeOf, startTracing } from '@parley/service-kit';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { DynamoCallRegistry } from './adapters/dynamodb/call-registry';
import { DynamoStreamLeases } from './adapters/dynamodb/stream-leases';
import { profileOf } from './call/nova/profiles';
import { rotationTimes } from './call/rotation';
import { createSpeechModel } from './adapters/bedrock/create-speech-model';
import { CallAccounts } from './call-accounts';
import { CallDesk } from './call-desk';
import { CallMetrics } from './call-metrics';
import { CallRights } from './call-rights';
import type { VoiceConfig } from './config';
import { Personas } from './personas';
import { AsyncApiController } from './transport/asyncapi.controller';
import { Seats } from './transport/seats';
import { NovaSonicBackendGateway, VoiceGateway } from './transport/voice.gateway';

/** The composition root: the one place that says which adapter serves which port. */
@Module({})
export class AppModule {
  /** @param spans takes the traces in place of the collector; for tests */
  static with(config: VoiceConfig, logger: Logger, metrics: Registry, spans?: SpanProcessor): DynamicModule {
    const tracing = startTracing('voice-gateway', config.OTEL_EXPORTER_OTLP_ENDPOINT, spans);
    const dynamo = createDocumentClient({ region: config.AWS_REGION });
    const replicas = new Replicas(valkeyOptionsOf(config), logger);
    if (replicas.valkey)
      gaugeOf(metrics, 'parley_valkey_reached', '1 while other processes are heard over Valkey', () =>
        Number(replicas.reached),
      );
    const knowledgeBase =
      config.KNOWLEDGE_BASE_ID === undefined
        ? undefined
        : createBedrockKnowledgeBase(config.KNOWLEDGE_BASE_ID, { region: config.AWS_REGION });
    // What is said in a call is heard at once in the rooms that are open elsewhere.
    const kept = createConversationStore({ client: dynamo, table: config.CONVERSATIONS_TABLE });
    const store = announcing(kept, replicas.fanOut);
    const model = `bedrock:${config.VOICE_MODEL_ID}`;
    const profile = profileOf(config.VOICE_MODEL_ID);
    if (!profile.known)
      logger.warn({ model: config.VOICE_MODEL_ID }, 'nothing is known of this speech model: it is asked for the least');
    const report = (what: string, cause: unknown) => logger.warn({ err: cause }, what);
    const accounts = new CallAccounts({
      ...createBudget({ config, client: dynamo, table: config.SESSIONS_TABLE, report }),
      ...{ ledger: new DynamoUsageLedger(dynamo, config.CONVERSATIONS_TABLE), model, report },
    });
    return {
      module: AppModule,
      imports: [
        AuthModule.forRoot({
          ...authOptionsOf(config, logger, metrics, { admitted: config.GUEST_VOICE }),
          sessions: { client: dynamo, table: config.SESSIONS_TABLE },
          signOutHint: hintOver(replicas.fanOut, 'sign-outs'),
          banHint: hintOver(replicas.fanOut, 'bans'),
        }),
      ],
      controllers: [AsyncApiController],
      providers: [
        { provide: Replicas, useValue: replicas },
        VoiceGateway,
        NovaSonicBackendGateway,
        { provide: 'TRACING', useValue: tracing },
        { provide: CallAccounts, useValue: accounts },
        {
          provide: Seats,
          inject: [CallDesk, SignedOutList],
          useFactory: ({ metrics }: CallDesk, signedOut: SignedOutList) =>
            new Seats({
              onDropped: (ms) => metrics.audioDropped(ms),
              isSignedOut: (caller) => signedOut.has(caller),
            }),
        },
        {
          provide: CallDesk,
          inject: [DISPLAY_NAMES, CONSENTS],
          useFactory: (names: DisplayNames, consents: Consents) =>
            new CallDesk({
              profile,
              model: createSpeechModel(config.VOICE_MODEL_ADAPTER, config.AWS_REGION, config.VOICE_MODEL_ID),
              store,
              assistants: loadAssistants(),
              personas: new Personas(
                createTools({ knowledgeBase, people: teamOf(config.HAND_OVER_TO, store) }),
                logger,
                profile,
              ),
              names,
              // A word that was said counts, whatever is done without one.
              keepsTranscript: async (caller) => (await consents.get(caller)) ?? config.TRANSCRIPT_CONSENT === 'assume',
              accounts,
              registry: new DynamoCallRegistry(dynamo, config.SESSIONS_TABLE),
              leases: new DynamoStreamLeases(dynamo, config.SESSIONS_TABLE, config.VOICE_MODEL_ID, {
                quota: config.VOICE_STREAM_QUOTA,
                reserve: config.VOICE_STREAM_RESERVE,
              }),
              rights: new CallRights({ log: store, fanOut: replicas.fanOut, report }),
              limits: {
                rotation: rotationTimes(
                  config.VOICE_STREAM_LIFE_MS ?? profile.limits.streamMs,
                  config.VOICE_STREAM_SILENCE_MS ?? profile.limits.silentMs,
                ),
                detachedMs: config.CALL_DETACHED_MS,
                callMs: config.CALL_MAX_MS,
                idleMs: config.CALL_IDLE_MS,
              },
              callsPerPrincipal: config.CALLS_PER_PRINCIPAL,
              metrics: (liveCalls) => new CallMetrics(metrics, model, liveCalls),
              tracer: tracing.tracer,
              logger,
            }),
        },
      ],
    };
  }
}
