import { budgetConfigShape, TEAM } from '@parley/assistants';
import { baseConfigSchema, flag, transcriptConsent } from '@parley/service-kit';
import { z } from 'zod';
import { MODEL_ADAPTERS } from './adapters/bedrock/create-speech-model';

const milliseconds = (min: number, otherwise: number) => z.coerce.number().int().min(min).default(otherwise);

/** What the voice gateway reads from its environment; `service.json` lists the same names (a test compares them). */
export const voiceConfigSchema = baseConfigSchema.extend({
  ...budgetConfigShape,
  GUEST_VOICE: flag().describe('true lets guests speak'),
  TRANSCRIPT_CONSENT: transcriptConsent(),
  VOICE_MODEL_ID: z.string().min(1).describe('the speech-to-speech model, such as amazon.nova-2-sonic-v1:0'),
  VOICE_STREAM_QUOTA: z.coerce
    .number()
    .int()
    .min(1)
    .default(20)
    .describe('streams to the model that the account may hold open at once, in all replicas together (Service Quotas)'),
  VOICE_STREAM_RESERVE: z.coerce
    .number()
    .int()
    .min(0)
    .default(2)
    .describe('of them kept for calls that replace their stream'),
  VOICE_STREAM_LIFE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .optional()
    .describe('how long the model lets a stream live; as is known of the model (480000) without it'),
  VOICE_STREAM_SILENCE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .optional()
    .describe(
      'a stream in which nobody spoke for so long is replaced; as is known of the model (260000: it drops such streams at about 296000) without it',
    ),
  CALL_DETACHED_MS: milliseconds(0, 30_000).describe('how long a call waits for a caller who lost the connection'),
  CALL_MAX_MS: milliseconds(1_000, 3_600_000).describe('the longest call'),
  CALL_IDLE_MS: milliseconds(1_000, 900_000).describe('a call in which nobody speaks for so long is hung up'),
  CALLS_PER_PRINCIPAL: z.coerce.number().int().min(1).default(3).describe('calls that one person may hold at once'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe(
      'an OpenTelemetry collector that gets one trace per call, such as http://127.0.0.1:4318; none without it',
    ),
  VOICE_MODEL_ADAPTER: z
    .enum(MODEL_ADAPTERS)
    .default('lean')
    .describe('lean speaks to the model over HTTP/2 itself; sdk is the way back, through the AWS SDK'),
  KNOWLEDGE_BASE_ID: z
    .string()
    .optional()
    .describe('the Bedrock knowledge base that assistants may search; none without it'),
  HAND_OVER_TO: z
    .string()
    .regex(TEAM, '<sub>=<name>, several with commas between')
    .optional()
    .describe('the people whom assistants may call into a conversation, as <sub>=<name>,…; nobody without it'),
});
export type VoiceConfig = z.output<typeof voiceConfigSchema>;
