import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

type Fault = (command: string, input: Record<string, unknown>) => boolean;
const lost = () => Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });

/**
 * Does what was asked, then loses the answer: the caller sees a broken connection after all of the SDK's attempts.
 *
 * @param when which of the commands, by name (`PutItemCommand`) and input.
 */
export function loseAnswers(client: DynamoDBDocumentClient, when: Fault): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      if (when(context.commandName ?? '', args.input as Record<string, unknown>)) throw lost();
      return result;
    },
    { step: 'initialize', name: 'loseAnswers', priority: 'high' },
  );
}

/** Loses the answer of the first attempt of each such command, below the SDK's own retry. */
export function loseFirstAttempts(client: DynamoDBDocumentClient, when: Fault): void {
  const seen = new WeakSet<object>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const { input } = args as { input: Record<string, unknown> };
      if (!seen.has(input) && when(context.commandName ?? '', input)) {
        seen.add(input);
        throw lost();
      }
      return result;
    },
    { step: 'deserialize', name: 'loseFirstAttempts', priority: 'high' },
  );
}

/** Fails before anything is asked of the table. */
export function failBefore(client: DynamoDBDocumentClient, when: Fault, error: () => Error = lost): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (when(context.commandName ?? '', args.input as Record<string, unknown>)) throw error();
      return next(args);
    },
    { step: 'initialize', name: 'failBefore', priority: 'high' },
  );
}

/** Holds such commands back until `release` is called; `reached` settles when the first one is there. */
export function holdBefore(client: DynamoDBDocumentClient, when: Fault, name = 'holdBefore') {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (when(context.commandName ?? '', args.input as Record<string, unknown>)) {
        reached.resolve();
        await gate.promise;
      }
      return next(args);
    },
    { step: 'initialize', name, priority: 'high' },
  );
  return { reached: reached.promise, release: gate.resolve };
}

/** A put of an entry, a claim, …: `E#`, `K#`, `O#`, `RECORD`. */
export const putting =
  (prefix: string): Fault =>
  (command, input) =>
    command === 'PutItemCommand' && sortKeyOf(input.Item).startsWith(prefix);

/** An update of the item whose `sk` begins so. */
export const updating =
  (prefix: string): Fault =>
  (command, input) =>
    command === 'UpdateItemCommand' && sortKeyOf(input.Key).startsWith(prefix);

/** Before the document client has marshalled an input, and after. */
function sortKeyOf(item: unknown): string {
  const { sk } = (item ?? {}) as { sk?: string | { S: string } };
  return typeof sk === 'object' ? sk.S : (sk ?? '');
}
