import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Of a command of the document client, by name (`PutCommand`) and input. */
type Fault = (command: string, input: Record<string, unknown>) => boolean;
type Command = { input: Record<string, unknown> };
type Send = (command: Command) => Promise<unknown>;

const lost = () => Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });

/** Does something around what is asked of a client. */
function around(
  client: DynamoDBDocumentClient,
  when: Fault,
  sending: (send: () => Promise<unknown>) => Promise<unknown>,
) {
  const send = client.send.bind(client) as unknown as Send;
  const faulty: Send = (command) =>
    when(command.constructor.name, command.input) ? sending(() => send(command)) : send(command);
  Object.assign(client, { send: faulty });
}

/** What is asked of a client from now on, by name (`Put`). */
export function commandsOf(client: DynamoDBDocumentClient): string[] {
  const commands: string[] = [];
  around(
    client,
    (command) => commands.push(command.replace('Command', '')) > 0,
    (send) => send(),
  );
  return commands;
}

/** Does what was asked, then loses the answer: the caller sees a broken connection after all attempts. */
export function loseAnswers(client: DynamoDBDocumentClient, when: Fault): void {
  around(client, when, async (send) => {
    await send();
    throw lost();
  });
}

/** Loses the answer of the first attempt of such a command, and of every other one after it, where they are tried again. */
export function loseFirstAttempts(client: DynamoDBDocumentClient, when: Fault): void {
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  let attempts = 0;
  requestHandler.handle = async (request, options) => {
    const answer = await handle(request, options);
    const operation = request.headers['x-amz-target']?.replace(/^.*\.|Item$/g, '');
    const input = JSON.parse(Buffer.from(request.body as string).toString()) as Record<string, unknown>;
    if (when(`${operation}Command`, input) && attempts++ % 2 === 0) throw lost();
    return answer;
  };
}

/** Fails before anything is asked of the table. */
export function failBefore(client: DynamoDBDocumentClient, when: Fault, error: () => Error = lost): void {
  around(client, when, async () => {
    throw error();
  });
}

/** Holds such commands back until `release` is called; `reached` settles when the first one is there. */
export function holdBefore(client: DynamoDBDocumentClient, when: Fault) {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  around(client, when, async (send) => {
    reached.resolve();
    await gate.promise;
    return send();
  });
  return { reached: reached.promise, release: gate.resolve };
}

/** A put of an entry, a claim, …: `E#`, `K#`, `O#`, `RECORD`. */
export const putting =
  (prefix: string): Fault =>
  (command, input) =>
    command === 'PutCommand' && sortKeyOf(input.Item).startsWith(prefix);

/** An update of the item whose `sk` begins so. */
export const updating =
  (prefix: string): Fault =>
  (command, input) =>
    command === 'UpdateCommand' && sortKeyOf(input.Key).startsWith(prefix);

/** Before an input has been marshalled, and after. */
function sortKeyOf(item: unknown): string {
  const { sk } = (item ?? {}) as { sk?: string | { S: string } };
  return typeof sk === 'object' ? sk.S : (sk ?? '');
}
