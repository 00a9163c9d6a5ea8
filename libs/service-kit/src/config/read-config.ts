import { z } from 'zod';
import { awsSecrets } from '../secrets/aws-secrets';
import type { SecretSource } from '../secrets/secret-source';
import { resolveSecrets, secret } from './secrets-by-reference';

/** Thrown at start when the environment is not what the service needs; lists every fault, never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration from the environment, once, at start. An empty variable counts as missing. A secret may be given
 * by reference, as `<NAME>_ARN`: then it is read from `secrets`.
 *
 * @param schema one field per variable; its `.describe()` says in the message what to set
 * @throws ConfigError with all faults together
 */
export async function readConfig<S extends z.ZodObject>(
  schema: S,
  env: NodeJS.ProcessEnv = process.env,
  secrets: SecretSource = awsSecrets(),
): Promise<z.output<S>> {
  const { env: resolved, faults: unread } = await resolveSecrets(schema, env, secrets);
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, resolved[name] === '' ? undefined : resolved[name]]),
  );
  const result = schema.safeParse(given);
  if (result.success && unread.size === 0) return result.data;
  const invalid = (result.error?.issues ?? [])
    .map((issue) => ({ name: String(issue.path[0] ?? ''), message: issue.message }))
    // A secret that could not be read is not missing as well.
    .filter(({ name }) => !unread.has(name))
    .map(({ name, message }) => {
      const hint = (schema.shape[name] as z.ZodType | undefined)?.description;
      const what = given[name] === undefined ? 'is missing' : `is not valid: ${message}`;
      return `${name} ${what}${hint ? ` (${hint})` : ''}`;
    });
  const faults = [...invalid, ...unread.values()].map((fault) => `  ${fault}`);
  throw new ConfigError(
    `The configuration is not complete. Set these in the environment (each service lists its own in service.json):\n${faults.join('\n')}`,
  );
}

/** A comma-separated list of at least one. */
export const list = (item: z.ZodType<string, string> = z.string()) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item).min(1));

/** `true` or `false`, false when left out. */
export const flag = () =>
  z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true');

const port = z.coerce.number().int().min(0).max(65_535);

/** What every service reads. An app's schema extends this. */
export const baseConfigSchema = z.object({
  PORT: port.describe('the port of the service'),
  ADMIN_PORT: port.describe('the port of health and metrics, not reachable through the edge'),
  HOST: z.string().default('0.0.0.0').describe('the address to listen on'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info').describe('fatal to trace'),
  AWS_REGION: z.string().describe('such as eu-north-1'),
  COGNITO_ISSUER: z.url({ protocol: /^https?$/ }).describe('the issuer of the user pool, exactly as in `iss`'),
  COGNITO_CLIENT_IDS: list().describe('app clients whose tokens are accepted, separated by commas'),
  ALLOWED_ORIGINS: list().describe('origins of the pages that may call, such as https://app.example.com'),
  OWN_ORIGINS: list()
    .optional()
    .describe('those of them that are this product, where others embed it: only these get cookies; all when left out'),
  FORWARDED_AUTHORIZATION: flag().describe('true where the edge signs its requests and moves Authorization aside'),
  GUEST_SESSION_KEYS: secret(
    list(z.string().min(32))
      .optional()
      .describe(
        'secrets of at least 32 characters that sign guest sessions: the one that signs, then one still accepted',
      ),
  ),
  CLIENT_ADDRESS_HEADER: z.string().optional().describe('header of the trusted hop that tells the viewer address'),
  VALKEY_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('redis://host:port, or rediss:// for TLS; without it a service is to have one replica'),
  VALKEY_MODE: z.enum(['single', 'cluster']).default('single').describe('single or cluster'),
  VALKEY_PASSWORD: secret(z.string().optional()).describe('its password, where it has one'),
  CONVERSATIONS_TABLE: z.string().min(3).describe('the DynamoDB table of conversations'),
  SESSIONS_TABLE: z.string().min(3).describe('the DynamoDB table of sessions'),
});
export type BaseConfig = z.output<typeof baseConfigSchema>;
