import { baseConfigSchema, flag } from '@parley/service-kit';
import { z } from 'zod';
import { MODEL_ADAPTERS } from './adapters/bedrock/create-speech-model';

/** What the voice gateway reads from its environment; `service.json` lists the same names (a test compares them). */
export const voiceConfigSchema = baseConfigSchema.extend({
  GUEST_VOICE: flag().describe('true lets guests speak'),
  VOICE_MODEL_ID: z.string().min(1).describe('the speech-to-speech model, such as amazon.nova-2-sonic-v1:0'),
  VOICE_MODEL_ADAPTER: z
    .enum(MODEL_ADAPTERS)
    .default('lean')
    .describe('lean speaks to the model over HTTP/2 itself; sdk is the way back, through the AWS SDK'),
  KNOWLEDGE_BASE_ID: z
    .string()
    .optional()
    .describe('the Bedrock knowledge base that assistants may search; none without it'),
});
export type VoiceConfig = z.output<typeof voiceConfigSchema>;
