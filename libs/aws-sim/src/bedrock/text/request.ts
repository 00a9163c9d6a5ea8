import { z } from 'zod';
import { AwsException } from '../wire/aws-exception';

/** The parts of a Converse request that the simulator looks at; the rest is let through. */
const toolUse = z.object({ toolUseId: z.string().min(1), name: z.string().min(1), input: z.unknown() });
const toolResult = z.object({
  toolUseId: z.string().min(1),
  content: z.array(z.looseObject({ text: z.string().optional(), json: z.unknown().optional() })),
  status: z.enum(['success', 'error']).optional(),
});
const contentBlock = z.looseObject({
  text: z.string().optional(),
  toolUse: toolUse.optional(),
  toolResult: toolResult.optional(),
});
const requestSchema = z.object({
  system: z.array(z.looseObject({ text: z.string().optional() })).default([]),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.array(contentBlock) })),
  inferenceConfig: z
    .object({
      maxTokens: z.number().int().min(1).optional(),
      temperature: z.number().min(0).max(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string()).optional(),
    })
    .default({}),
  toolConfig: z
    .object({
      tools: z.array(
        z.looseObject({
          toolSpec: z
            .object({
              name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
              inputSchema: z.object({ json: z.record(z.string(), z.unknown()) }),
            })
            .optional(),
        }),
      ),
      toolChoice: z
        .object({
          auto: z.object({}).optional(),
          any: z.object({}).optional(),
          tool: z.object({ name: z.string() }).optional(),
        })
        .optional(),
    })
    .optional(),
});

export type ConverseRequest = z.output<typeof requestSchema>;
type Message = ConverseRequest['messages'][number];

const refused = (message: string) => new AwsException('ValidationException', message);

/** Checks a request as Bedrock does. @throws AwsException (ValidationException) */
export function parseConverse(body: unknown): ConverseRequest {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refused(`The value at ${issue?.path.join('.') || 'the request'} is not valid: ${issue?.message ?? ''}`);
  }
  const { messages, toolConfig } = parsed.data;
  assertRoles(messages);
  messages.forEach(assertContent);
  messages.forEach((message, index) => assertResults(message, messages[index - 1], index));
  const usesTools = messages.some(({ content }) => content.some((block) => block.toolUse ?? block.toolResult));
  if (usesTools && !toolConfig) {
    throw refused('The toolConfig field must be defined when using toolUse and toolResult content blocks.');
  }
  return parsed.data;
}

function assertRoles(messages: readonly Message[]): void {
  if (messages[0]?.role !== 'user') {
    throw refused(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    );
  }
  if (messages.some(({ role }, index) => role === messages[index - 1]?.role)) {
    throw refused(
      'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between ' +
        'user and assistant roles and try again.',
    );
  }
  if (messages.at(-1)?.role !== 'user') {
    throw refused(
      'A conversation must end with a user message. Try again with a conversation that ends with a user message.',
    );
  }
}

function assertContent({ content }: Message, index: number): void {
  if (content.length === 0) throw refused(`The content field in the Message object at messages.${index} is empty.`);
  const blank = content.findIndex(({ text }) => text !== undefined && text.trim() === '');
  if (blank >= 0) {
    throw refused(
      `The text field in the ContentBlock object at messages.${index}.content.${blank} is blank. Add text to the text ` +
        'field, and try again.',
    );
  }
}

/** Each tool call of a message is answered in the next one, and nothing else is. */
function assertResults({ content }: Message, before: Message | undefined, index: number): void {
  const called = (before?.content ?? []).flatMap((block) => (block.toolUse ? [block.toolUse.toolUseId] : []));
  const given = content.flatMap((block) => (block.toolResult ? [block.toolResult.toolUseId] : []));
  const missing = called.filter((id) => !given.includes(id));
  if (missing.length > 0) {
    throw refused(
      `Expected toolResult blocks at messages.${index}.content for the following Ids: ${missing.join(', ')}`,
    );
  }
  if (given.some((id) => !called.includes(id))) {
    throw refused(
      `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`,
    );
  }
}
