import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { QuickHttpHandler } from './quick-http-handler';
import { takingTheShortWay } from './short-way';

/**
 * A document client with bounded waiting: one second to connect, three for an answer, three attempts beside the one of the
 * short way. The SDK's own default waits without end. Region, credentials and endpoint (`AWS_ENDPOINT_URL_DYNAMODB`) come from where the SDK
 * looks for them unless they are given.
 */
export function createDocumentClient(config: DynamoDBClientConfig = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: new QuickHttpHandler({ connectionTimeout: 1_000, requestTimeout: 3_000 }),
    ...config,
  });
  return takingTheShortWay(DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }));
}
