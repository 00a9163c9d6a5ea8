import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { GetsTogether } from './gets-together';
import { RequestSigner } from './request-signer';
import { fromWire, toWire, type Values } from './wire-form';

/** The requests that a message is made of, by the SDK's command. */
const OPERATIONS = new Map<unknown, string>([
  [GetCommand, 'GetItem'],
  [PutCommand, 'PutItem'],
  [UpdateCommand, 'UpdateItem'],
  [DeleteCommand, 'DeleteItem'],
  [QueryCommand, 'Query'],
  [BatchGetCommand, 'BatchGetItem'],
]);
const REFUSED = 'ConditionalCheckFailedException';

/** Where the SDK sends requests to. */
interface Place {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
}

/**
 * Has a client ask for single items, and for pages of them, without the SDK's way through its middleware, which takes
 * five times the processor time of such a request: an answer is some fifteen of them. Only what is plain goes the short way,
 * once: where the SDK has shown where DynamoDB is, and until something is other than it should be; single items that are
 * wanted at the same time together. A lost connection, throttling, credentials that have run out are for the SDK, which is
 * asked anew, with all of its attempts.
 *
 * @returns the same client
 */
export function takingTheShortWay(client: DynamoDBDocumentClient): DynamoDBDocumentClient {
  const bySdk = client.send.bind(client) as (command: unknown, ...more: unknown[]) => Promise<unknown>;
  const shortWay = new ShortWay(client);
  const gets = new GetsTogether((operation, input) => shortWay.ask(operation, input));
  const ask = (operation: string, input: Values) =>
    operation === 'GetItem' && shortWay.isKnown ? gets.get(input) : shortWay.ask(operation, input);
  const send = async (command: { input: Values }, ...more: unknown[]): Promise<unknown> => {
    const operation = more.length === 0 ? OPERATIONS.get(command.constructor) : undefined;
    const output = operation === undefined ? undefined : await ask(operation, command.input);
    return output ?? bySdk(command, ...more);
  };
  return Object.assign(client, { send });
}

class ShortWay {
  private place: Place | undefined;
  private signer: RequestSigner | undefined;

  constructor(private readonly client: DynamoDBDocumentClient) {
    client.middlewareStack.add(
      (next) => async (args) => {
        this.place ??= placeOf(args.request as Place);
        return next(args);
      },
      { step: 'finalizeRequest', name: 'shortWay' },
    );
  }

  /** Whether the SDK has shown where DynamoDB is. */
  get isKnown(): boolean {
    return this.place !== undefined;
  }

  /** What DynamoDB answers, or `undefined` when the SDK is to ask. @throws ConditionalCheckFailedException */
  async ask(operation: string, input: Values): Promise<Values | undefined> {
    const answer = this.place === undefined ? undefined : await this.attempt(this.place, operation, input);
    if (answer === undefined) return undefined;
    const { statusCode, output } = answer;
    if (statusCode === 200) return fromWire(output);
    // Not a fault, but an answer, which the SDK would only hear once more.
    const { __type: type, message = REFUSED } = output as { __type?: string; message?: string };
    if (type?.endsWith(REFUSED) === true) throw new ConditionalCheckFailedException({ message, $metadata: {} });
    return undefined;
  }

  private async attempt(place: Place, operation: string, input: Values) {
    try {
      const { statusCode, body } = await this.post(place, operation, JSON.stringify(toWire(input)));
      return { statusCode, output: JSON.parse(body) as Values };
    } catch {
      return undefined;
    }
  }

  private async post(place: Place, operation: string, body: string) {
    const { hostname, port, path } = place;
    const { config } = this.client;
    const credentials = await config.credentials();
    this.signer ??= new RequestSigner('dynamodb', await config.region());
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const signed = this.signer.sign({ host, path, headers, body }, credentials, Date.now());
    const { response } = await config.requestHandler.handle({
      ...place,
      method: 'POST',
      headers: signed,
      query: {},
      body,
    } as Parameters<typeof config.requestHandler.handle>[0]);
    return { statusCode: response.statusCode, body: await textOf(response.body) };
  }
}

/** Its fields alone: the request that shows it is the SDK's first one, with its body and its signature. */
const placeOf = ({ protocol, hostname, port, path }: Place): Place => ({
  protocol,
  hostname,
  ...(port === undefined ? {} : { port }),
  path,
});

/** Whole already, or a stream from a handler that is not ours. */
const textOf = (body: unknown): Promise<string> | string =>
  Buffer.isBuffer(body) ? body.toString() : text(body as Readable);
