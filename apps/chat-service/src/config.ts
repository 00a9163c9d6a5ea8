import { ANSWER_TIMEOUTS, budgetConfigShape, TEAM, type ChatModelOptions, type Secret } from '@parley/assistants';
import { baseConfigSchema, flag, secret, transcriptConsent, type SecretSource } from '@parley/service-kit';
import { z } from 'zod';

const count = (standard: number) => z.coerce.number().int().min(1).default(standard);

/** What the chat service reads from its environment; `service.json` lists the same names (a test compares them). */
export const chatConfigSchema = baseConfigSchema.extend({
  ...budgetConfigShape,
  COGNITO_DOMAIN: z
    .url({ protocol: /^https?$/ })
    .describe('the sign-in domain, such as https://x.auth.eu-north-1.amazoncognito.com'),
  COGNITO_LOGIN_CLIENT_ID: z.string().min(1).describe('the app client that exchanges authorization codes'),
  COGNITO_CLIENT_SECRET: secret(z.string().optional().describe('its secret, where it has one')),
  TRANSCRIPT_CONSENT: transcriptConsent(),
  GUEST_BARE_LABELS: flag().describe(
    'true lets a long sessionId alone stand for its history, where cookies are blocked',
  ),
  CHAT_MODEL: z.string().min(1).describe('the default model of assistants, such as bedrock:amazon.nova-lite-v1:0'),
  KNOWLEDGE_BASE_ID: z
    .string()
    .optional()
    .describe('the Bedrock knowledge base that assistants may search; none without it'),
  HAND_OVER_TO: z
    .string()
    .regex(TEAM, '<sub>=<name>, several with commas between')
    .optional()
    .describe('the people whom assistants may call into a conversation, as <sub>=<name>,…; nobody without it'),
  GUARDRAIL_ID: z.string().optional().describe('the Bedrock guardrail that every request to Bedrock names'),
  GUARDRAIL_VERSION: z.string().default('DRAFT').describe('its version'),
  GOOGLE_API_KEY: secret(z.string().optional()).describe('the key for models named google:…'),
  GOOGLE_API_KEY_ARN: z.string().optional().describe('where that key lies, to follow its rotation'),
  OPENAI_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('an OpenAI-compatible server with its /v1, for models named openai:…, such as http://localhost:11434/v1'),
  OPENAI_API_KEY: secret(z.string().optional()).describe('its key, where it wants one'),
  OPENAI_API_KEY_ARN: z.string().optional().describe('where that key lies, to follow its rotation'),
  AWS_LAMBDA_FUNCTION_NAME: z
    .string()
    .optional()
    .describe('set by Lambda itself: everything is done within a request there'),
  RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('what was said longer ago is erased; kept for ever without it'),
  ANSWER_FIRST_CHUNK_MS: count(ANSWER_TIMEOUTS.firstChunkMs).describe(
    'how long a model may think before its first piece',
  ),
  ANSWER_CHUNK_MS: count(ANSWER_TIMEOUTS.chunkMs).describe('how long it may be silent between two pieces'),
  ANSWER_TOOL_MS: count(ANSWER_TIMEOUTS.toolMs).describe('how long one run of a tool may take'),
  ANSWER_TOTAL_MS: count(ANSWER_TIMEOUTS.totalMs).describe('how long a whole answer may take'),
});
export type ChatConfig = z.output<typeof chatConfigSchema>;

/**
 * Which models there are, and with which keys: one given by reference is asked for again now and then, so that a rotated
 * key is used without a restart.
 */
export function chatModelOptionsOf(config: ChatConfig, secrets: SecretSource): ChatModelOptions {
  const google = keyOf(secrets, config.GOOGLE_API_KEY, config.GOOGLE_API_KEY_ARN);
  const openai = keyOf(secrets, config.OPENAI_API_KEY, config.OPENAI_API_KEY_ARN);
  const { GUARDRAIL_ID: id, GUARDRAIL_VERSION: version, OPENAI_BASE_URL: baseUrl } = config;
  return {
    default: config.CHAT_MODEL,
    region: config.AWS_REGION,
    ...(id === undefined ? {} : { guardrail: { id, version } }),
    ...(google === undefined ? {} : { google: { apiKey: google } }),
    ...(baseUrl === undefined ? {} : { openai: { baseUrl, ...(openai === undefined ? {} : { apiKey: openai }) } }),
  };
}

const keyOf = (secrets: SecretSource, text: string | undefined, arn: string | undefined): Secret | undefined =>
  arn !== undefined ? () => secrets.read(arn) : text !== undefined ? async () => text : undefined;
