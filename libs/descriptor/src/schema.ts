import { z } from 'zod';
import { LIVE_METRIC, SERVICE_METRICS } from './metrics';

/** What a service may be granted. The Pulumi program turns each into statements of the task role. */
const grant = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('table'),
    table: z.enum(['conversations', 'sessions']),
    /** `sweep`: written, and read from end to end, by a job of the night. */
    access: z.enum(['read', 'write', 'sweep']),
  }),
  z.strictObject({ kind: z.literal('model'), models: z.enum(['voice', 'chat']) }),
  z.strictObject({ kind: z.literal('knowledge-base') }),
  /** One that the service itself reads while it runs, and so follows when it is rotated. */
  z.strictObject({ kind: z.literal('secret'), secret: z.enum(['googleApiKey', 'openaiApiKey']) }),
]);

/** One environment variable that the service reads. Infra gives exactly these; a test of the app compares them with its configuration schema. */
const variable = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'an environment variable in capitals'),
  /** Where the value comes from in a deployment: a fact of the stack, a literal, or nothing (the service's own default). */
  from: z.string().min(1).optional(),
  value: z.string().optional(),
  secret: z.boolean().default(false),
  required: z.boolean().default(false),
});

const edgePath = z
  .string()
  .regex(/^\/[A-Za-z0-9/_.-]*\*?$/, 'a path that starts with / and may end with one *')
  .refine((path) => path !== '/*' && path !== '/', 'the site itself is what no service claims');

/** `service.json`: everything that the deployment, the local edge and the generator need to know of a service. */
export const descriptorSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z][a-z0-9-]{1,28}[a-z0-9]$/, 'lower case words joined by hyphens, 3 to 30 characters'),
  port: z.int().min(1024).max(65535),
  adminPort: z.int().min(1024).max(65535),
  /** What the paths carry: decides heartbeat, timeouts and the smoke test, not the routing. */
  protocol: z.enum(['http', 'websocket', 'http+websocket']),
  /** Patterns at the edge, most specific first. */
  paths: z.array(edgePath).min(1),
  health: z.strictObject({ live: z.string().startsWith('/'), ready: z.string().startsWith('/') }),
  size: z.strictObject({
    cpu: z.union([z.literal(256), z.literal(512), z.literal(1024), z.literal(2048), z.literal(4096)]),
    memory: z.int().min(512).max(30720),
  }),
  /** Live sessions per task that scaling aims at; the service exports them as this gauge. */
  scaling: z.strictObject({
    metric: z.string().regex(LIVE_METRIC, 'the name of a gauge, parley_…_live'),
    targetPerTask: z.int().min(1),
    min: z.int().min(1),
    max: z.int().min(1),
  }),
  /** What it counts of the metrics that alarms and the dashboard know, beside its errors and gauges; a test of the app compares them with its registry. */
  metrics: z.array(z.enum(SERVICE_METRICS)).default([]),
  environment: z.array(variable),
  grants: z.array(grant),
});

export type ServiceDescriptor = z.infer<typeof descriptorSchema>;
export type Grant = z.infer<typeof grant>;
