import { z } from 'zod';

/** `default` is the service's own choice (`CHAT_MODEL`); otherwise the provider and its id of the model. */
export type ModelName = 'default' | `${'bedrock' | 'google' | 'openai'}:${string}`;

/** An assistant as its file says it. */
export interface AssistantDefinition {
  id: string;
  name: string;
  /** One sentence for the person who chooses. */
  description: string;
  instructions: string;
  /** What is added when the answer is spoken. */
  spoken?: string;
  /** Makes the assistant speak first in a call: said to the model at once, never shown, such as "Greet the caller." */
  greeting?: string;
  model: ModelName;
  /** Answers when `model` cannot, as long as nothing of its answer was seen. */
  fallback?: ModelName;
  /** Nova Sonic's id of the voice, lower case. */
  voice: string;
  /** Names of tools. One that a service does not have is left out there. */
  tools: readonly string[];
  limits: {
    /** Of one model call. */
    maxOutputTokens: number;
    /** Model calls of one answer: each round of tools costs one. */
    steps: number;
  };
  guests: boolean;
  /** What everybody together may use of it in a day (UTC); not bounded without it. */
  ceiling?: { tokensPerDay?: number; callsPerDay?: number };
  /** Page context that is accepted; none without it. */
  context?: z.ZodObject;
}

/** A definition and where it stands, so that a fault in it can be found. */
export interface AssistantFile {
  definition: AssistantDefinition;
  /** `<file>:<line>` of the definition, as the running code knows it. */
  source: string;
}

export type Assistant = Readonly<AssistantDefinition>;

/**
 * What an assistant's file exports. The definition is checked by `loadAssistants`, at start, and not here: a fault in
 * one must be reported with the others, not thrown by an import.
 */
export function defineAssistant(definition: AssistantDefinition): AssistantFile {
  return { definition, source: callerOf(new Error().stack) };
}

/** File and line of the caller: the third line of a stack, after the message and `defineAssistant` itself. */
export function callerOf(stack: string | undefined): string {
  const line = stack?.split('\n')[2] ?? '';
  return /([^/\\()\s]+:\d+):\d+\)?$/.exec(line)?.[1] ?? 'an unknown file';
}

const oneLine = (max: number) =>
  z
    .string()
    .regex(/^\S.*\S$/, 'one line without spaces around it')
    .max(max);

const modelSchema = z
  .string()
  .regex(/^(default|(bedrock|google|openai):\S+)$/, '`default`, or `bedrock:`, `google:` or `openai:` and the model');

/** What a definition must be. `tools` are the names that any service may have. */
export const definitionSchema = (tools: readonly string[]) =>
  z.strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{1,62}[a-z0-9]$/, 'lower case words joined by hyphens'),
    name: oneLine(40),
    description: oneLine(200),
    instructions: z.string().trim().min(1).max(12_000),
    spoken: z.string().trim().min(1).max(4_000).optional(),
    greeting: z.string().trim().min(1).max(1_000).optional(),
    model: modelSchema,
    fallback: modelSchema.optional(),
    voice: z.string().regex(/^[a-z]{2,32}$/, 'a voice in lower case'),
    tools: z.array(z.enum(tools)),
    limits: z.strictObject({
      maxOutputTokens: z.int().min(16).max(16_384),
      steps: z.int().min(1).max(10),
    }),
    guests: z.boolean(),
    ceiling: z
      .strictObject({ tokensPerDay: z.int().min(1).optional(), callsPerDay: z.int().min(1).optional() })
      .optional(),
    context: z.instanceof(z.ZodObject, { error: 'an object schema of zod' }).optional(),
  });
