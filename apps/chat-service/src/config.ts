import { baseConfigSchema, flag, secret } from '@parley/service-kit';
import { z } from 'zod';

/** What the chat service reads from its environment; `service.json` lists the same names (a test compares them). */
export const chatConfigSchema = baseConfigSchema.extend({
  COGNITO_DOMAIN: z
    .url({ protocol: /^https?$/ })
    .describe('the sign-in domain, such as https://x.auth.eu-north-1.amazoncognito.com'),
  COGNITO_LOGIN_CLIENT_ID: z.string().min(1).describe('the app client that exchanges authorization codes'),
  COGNITO_CLIENT_SECRET: secret(z.string().optional().describe('its secret, where it has one')),
  GUEST_BARE_LABELS: flag().describe(
    'true lets a long sessionId alone stand for its history, where cookies are blocked',
  ),
  CHAT_MODEL: z.string().min(1).describe('the default model of assistants, such as bedrock:amazon.nova-lite-v1:0'),
  KNOWLEDGE_BASE_ID: z
    .string()
    .optional()
    .describe('the Bedrock knowledge base that assistants may search; none without it'),
});
export type ChatConfig = z.output<typeof chatConfigSchema>;
