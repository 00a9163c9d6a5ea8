import { z } from 'zod';

/** Pulumi hands every value over as text; structured ones as JSON. */
const structured = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }, schema);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const host = z.string().regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/);
const secretValue = z.string().min(32).max(1_024);
const secretArn = z.string().regex(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$/);
/** As a browser sends it: no path, no slash at the end, no port that is https's own. */
const ORIGIN = /^https:\/\/([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(:(?!443$)\d{1,5})?$/;
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const identityPulumi = z.strictObject({ stack: z.string().regex(/^[^/]+\/[^/]+\/[^/]+$/) });
const identityTerraform = z.strictObject({
  bucket: z.string().min(3),
  key: z.string().min(1),
  region: z.string().min(1),
  workspace: z.string().optional(),
});
const identityLiteral = z.record(z.string(), z.string());

/** What each source of the identity wants in the key `identity`. */
export const IDENTITY_BLOCKS = { pulumi: identityPulumi, terraform: identityTerraform, literal: identityLiteral };
export type IdentitySource =
  | { source: 'pulumi'; stack: string }
  | { source: 'terraform'; bucket: string; key: string; region: string; workspace?: string | undefined }
  | { source: 'literal'; values: Record<string, string> };

interface Key<T extends z.ZodType = z.ZodType> {
  schema: T;
  /** Ends "is not …" in the message about a wrong value. */
  allowed: string;
  /** The value is never shown. */
  secret?: true;
}
const key = <T extends z.ZodType>(schema: T, allowed: string): Key<T> => ({ schema, allowed });
const choice = <const V extends readonly [string, ...string[]]>(...values: V) =>
  key(z.enum(values).default(values[0] as never), values.join(' | '));

/** Every key of `parley:` in `Pulumi.<environment>.yaml`. A key that is not here is refused. */
export const KEYS = {
  entry: choice('vpc-origin', 'public'),
  originDomain: key(host.optional(), 'a host name of yours, such as origin.example.com'),
  allowInsecureOrigin: key(flag.default(false), 'true | false'),
  originSecret: {
    ...key(
      structured(z.strictObject({ current: secretValue, previous: secretValue.optional() })).optional(),
      '{ current, previous? } of 32 characters or more each, set with --secret',
    ),
    secret: true,
  } as const,
  domain: key(host.optional(), 'the host name of the page, such as parley.example.com'),
  embedOrigins: key(
    structured(z.array(z.string().regex(ORIGIN)).min(1).max(50)).optional(),
    'a list of the origins that show the widget, such as [https://shop.example], without a path',
  ),
  zoneId: key(
    z
      .string()
      .regex(/^Z[A-Z0-9]+$/)
      .optional(),
    'the id of the Route 53 zone, such as Z0123456789',
  ),
  zones: key(count(2, 3).default(2), '2 | 3'),
  cidr: key(
    z
      .string()
      .regex(/^10\.\d{1,3}\.0\.0\/16$|^172\.(1[6-9]|2\d|3[01])\.0\.0\/16$|^192\.168\.0\.0\/16$/)
      .default('10.40.0.0/16'),
    'a private /16 network, such as 10.40.0.0/16',
  ),
  egress: choice('nat', 'endpoints'),
  natGateways: key(z.enum(['one', 'per-zone']).optional(), 'one | per-zone'),
  chatCompute: choice('ecs', 'lambda'),
  chatProvisionedConcurrency: key(count(1, 500).optional(), 'a number from 1 to 500'),
  images: choice('build', 'digest', 'none'),
  digests: key(structured(z.record(z.string(), digest)).optional(), '{ <service>: sha256:… } for every service'),
  identitySource: choice('pulumi', 'terraform', 'literal'),
  identity: key(structured(z.record(z.string(), z.unknown())), 'the block of the identitySource'),
  cache: choice('serverless', 'node', 'none'),
  waf: choice('count', 'block', 'off'),
  protect: key(z.enum(['none', 'backups', 'full']).optional(), 'none | backups | full'),
  exec: key(flag.default(false), 'true | false'),
  alarmEmail: key(z.email().optional(), 'an e-mail address'),
  budgetUsd: key(count(1, 1_000_000).optional(), 'whole US dollars a month, from 1'),
  knowledgeBaseId: key(
    z
      .string()
      .regex(/^[A-Z0-9]{10}$/)
      .optional(),
    'the 10 characters of a Bedrock knowledge base id',
  ),
  handOverTo: key(
    structured(z.record(z.string().regex(/^[^\s=,]+$/), z.string().regex(/^[^=,]+$/))).optional(),
    '{ <sub>: <name> } of the people whom assistants may call into a conversation',
  ),
  guestVoice: key(flag.default(false), 'true | false'),
  transcriptConsent: choice('assume', 'ask'),
  guardrail: key(
    structured(
      z.strictObject({ id: z.string().regex(/^[a-z0-9]+$/), version: z.string().regex(/^(DRAFT|[1-9]\d*)$/) }),
    ).optional(),
    '{ id, version } of a Bedrock guardrail, such as { id: gr1abcd, version: "1" }',
  ),
  googleApiKeyArn: key(secretArn.optional(), 'the ARN of the secret with the key for models named google:…'),
  openaiBaseUrl: key(
    z.url({ protocol: /^https$/ }).optional(),
    'the https address of an OpenAI-compatible server with its /v1, for models named openai:…',
  ),
  openaiApiKeyArn: key(secretArn.optional(), 'the ARN of the secret with its key'),
  retentionDays: key(count(1, 3_650).optional(), 'days after which what was said is erased, 1 to 3650'),
  voiceModelId: key(
    z
      .string()
      .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/)
      .default('amazon.nova-2-sonic-v1:0'),
    'a Bedrock model id, such as amazon.nova-2-sonic-v1:0',
  ),
  chatModels: key(
    structured(z.array(z.string().regex(/^[a-z-]+:\S+$/)).min(1)).default(['bedrock:amazon.nova-lite-v1:0']),
    'a list of <provider>:<model id>, the first is the default, such as [bedrock:amazon.nova-lite-v1:0]',
  ),
  logRetentionDays: key(
    z.coerce
      .number()
      .pipe(z.union([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400].map((days) => z.literal(days))))
      .default(30),
    '1 | 3 | 5 | 7 | 14 | 30 | 60 | 90 | 120 | 150 | 180 | 365 | 400',
  ),
  floor: key(
    structured(
      z.strictObject({
        tasks: z.number().int().min(1).max(100),
        from: z.string().regex(/^cron\(.+\)$/),
        until: z.string().regex(/^cron\(.+\)$/),
        timezone: z.string().default('UTC'),
      }),
    ).optional(),
    '{ tasks, from: cron(…), until: cron(…), timezone? }',
  ),
  owner: key(z.string().min(1).max(128).default('platform'), 'who owns the environment, for the tags'),
  activateCostTags: key(flag.default(false), 'true | false'),
  costCentre: key(z.string().min(1).max(128).default('parley'), 'what the costs are booked on, for the tags'),
} satisfies Record<string, Key>;

export type KeyName = keyof typeof KEYS;
type Values = { [K in KeyName]: z.output<(typeof KEYS)[K]['schema']> };
/** What was valid; a key with a fault is missing. Cross-checks look at what there is. */
export type PartialValues = Partial<Values>;

export type Protection = 'none' | 'backups' | 'full';

/** The configuration of one environment, checked. */
export type StackConfig = Readonly<
  Omit<Values, 'identity' | 'identitySource' | 'protect' | 'natGateways'> & {
    environment: string;
    region: string;
    identity: IdentitySource;
    protect: Protection;
    natGateways: 'one' | 'per-zone';
  }
>;
