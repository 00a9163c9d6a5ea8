import {
  DynamoUsageLedger,
  createBedrockKnowledgeBase,
  createBudget,
  createChatModels,
  createTools,
  loadAssistants,
  teamOf,
} from '@parley/assistants';
import {
  DynamoBlocks,
  DynamoGenerationClaims,
  LocalFirstGenerationLog,
  MemoryGenerationLog,
  RENEW_MS,
  ValkeyGenerationLog,
  announceMembers,
  announcing,
  createConversationStore,
  type GenerationLog,
  type Replicas,
} from '@parley/conversations';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CachedSecrets, awsSecrets } from '@parley/service-kit';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { AnswerMetrics } from './answer-metrics';
import { Answering } from './chat/answering';
import { Following } from './chat/following';
import { Generations, type StopHints } from './chat/generations';
import { LostAnswers } from './chat/lost-answers';
import { Producing } from './chat/producing';
import { Rescue } from './chat/rescue';
import { Retention } from './retention';
import { chatModelOptionsOf, type ChatConfig } from './config';

/** On Lambda no hint comes from other processes: a stop is heard by looking, and a person waits this long for it. */
const LAMBDA_RENEW_MS = 1_000;

export interface AnswersParts {
  config: ChatConfig;
  logger: Logger;
  metrics: Registry;
  dynamo: DynamoDBDocumentClient;
  replicas: Replicas;
}

/** Everything that answers, put together: which adapter serves which of its ports. */
export function composeAnswers({ config, logger, metrics, dynamo, replicas }: AnswersParts) {
  const report = (what: string, cause: unknown) => logger.warn({ err: cause }, what);
  const claims = new DynamoGenerationClaims(dynamo, config.CONVERSATIONS_TABLE);
  const log = generationLogOf(replicas, report);
  const generations = new Generations({
    claims,
    log,
    hints: stopHintsOver(replicas),
    report,
    renewMs: config.AWS_LAMBDA_FUNCTION_NAME === undefined ? RENEW_MS : LAMBDA_RENEW_MS,
  });
  const kept = createConversationStore({
    client: dynamo,
    table: config.CONVERSATIONS_TABLE,
    report,
    beforeRemove: async (id) => {
      // Open rooms close, and calls end, in whatever process they are.
      announceMembers(replicas.fanOut, id);
      await generations.stopIn(id);
    },
  });
  const store = announcing(kept, replicas.fanOut);
  const blocks = new DynamoBlocks(dynamo, config.CONVERSATIONS_TABLE);

  const assistants = loadAssistants();
  const models = createChatModels(chatModelOptionsOf(config, new CachedSecrets(awsSecrets())));
  // A model whose provider is not configured is a fault of the start, not of the first question.
  for (const { model, fallback } of assistants.all()) for (const name of [model, fallback]) if (name) models(name);

  const { budget, ceilings, counters, switches } = createBudget({
    config,
    client: dynamo,
    table: config.SESSIONS_TABLE,
    report,
  });
  const usage = new DynamoUsageLedger(dynamo, config.CONVERSATIONS_TABLE);

  const counted = new AnswerMetrics(metrics);
  const lost = new LostAnswers({ budget, usage: counted.counting(usage), defaultModel: config.CHAT_MODEL, report });
  const rescue = new Rescue({ claims, log, store, assistants, lost, report });
  const timeouts = {
    firstChunkMs: config.ANSWER_FIRST_CHUNK_MS,
    chunkMs: config.ANSWER_CHUNK_MS,
    toolMs: config.ANSWER_TOOL_MS,
    totalMs: config.ANSWER_TOTAL_MS,
  };
  const producing = new Producing({
    store,
    models,
    defaultModel: config.CHAT_MODEL,
    tools: createTools({ ...knowledgeBaseOf(config), people: teamOf(config.HAND_OVER_TO, store) }),
    usage: counted.counting(usage),
    timeouts,
    report,
    onEnd: ({ outcome, usage: told, estimatedUsage }, { id }) => {
      counted.answerEnded(id, outcome);
      logger.info(
        { assistant: id, outcome, usage: told ?? estimatedUsage, counted: told !== undefined },
        'answer ended',
      );
    },
  });
  const following = new Following({ claims, log, store, rescue, report });
  const answering = new Answering({
    store,
    assistants,
    budget,
    claims,
    generations,
    producing,
    rescue,
    following,
    timeouts,
    report,
  });
  const retention = new Retention({ store, counters, days: config.RETENTION_DAYS });
  return {
    retention,
    store,
    blocks,
    claims,
    log,
    generations,
    assistants,
    rescue,
    switches,
    ceilings,
    usage,
    answering,
    following,
    report,
  };
}

function generationLogOf(
  { valkey }: Pick<Replicas, 'valkey'>,
  report: (what: string, cause: unknown) => void,
): GenerationLog {
  const local = new MemoryGenerationLog();
  return valkey === undefined ? local : new LocalFirstGenerationLog(local, new ValkeyGenerationLog(valkey, report));
}

/** A stop is a fact in the claim, which its producer reads every few seconds; over Valkey it hears of it at once. */
const stopHintsOver = ({ fanOut }: Pick<Replicas, 'fanOut'>): StopHints => ({
  send: (generationId) => fanOut.publish('generation-stops', generationId),
  listen: (heard) => fanOut.subscribe('generation-stops', { message: heard, gap: () => undefined }),
});

const knowledgeBaseOf = ({ KNOWLEDGE_BASE_ID, AWS_REGION: region }: ChatConfig) =>
  KNOWLEDGE_BASE_ID === undefined ? {} : { knowledgeBase: createBedrockKnowledgeBase(KNOWLEDGE_BASE_ID, { region }) };
