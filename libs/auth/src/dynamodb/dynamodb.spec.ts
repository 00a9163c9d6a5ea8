import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { TABLES } from '@parley/descriptor';
import dynalite from 'dynalite';
import { describeBans } from '../contract/bans.contract';
import { describeConnectionRegistry } from '../contract/connection-registry.contract';
import { describeConsents } from '../contract/consents.contract';
import { describeDisplayNames } from '../contract/display-names.contract';
import { describeSignOutLog } from '../contract/sign-out-log.contract';
import { describeTicketStore } from '../contract/ticket-store.contract';
import { DynamoBans } from './bans';
import { DynamoConnectionRegistry } from './connection-registry';
import { DynamoConsents } from './consents';
import { DynamoDisplayNames } from './display-names';
import { DynamoSignOutLog } from './sign-out-log';
import { DynamoTicketStore } from './ticket-store';

const server = dynalite({ createTableMs: 0 });
const clients: DynamoDBDocumentClient[] = [];
let endpoint = '';
let tables = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const client of clients) client.destroy();
  return new Promise((resolve) => server.close(resolve));
});

/** A client of its own, as each replica has one. */
function newClient(at = endpoint): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const options = { marshallOptions: { removeUndefinedValues: true } };
  const plain = new DynamoDBClient({ region: 'eu-central-1', endpoint: at, credentials, maxAttempts: 1 });
  const client = DynamoDBDocumentClient.from(plain, options);
  clients.push(client);
  return client;
}

async function newTable(): Promise<string> {
  const { hashKey, rangeKey } = TABLES.sessions;
  const TableName = `sessions-${(tables += 1)}`;
  await newClient().send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: hashKey, KeyType: 'HASH' },
        { AttributeName: rangeKey, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [hashKey, rangeKey].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    }),
  );
  return TableName;
}

describeTicketStore('DynamoTicketStore', async (now) => {
  const table = await newTable();
  return [new DynamoTicketStore(newClient(), table, now), new DynamoTicketStore(newClient(), table, now)];
});
describeConnectionRegistry('DynamoConnectionRegistry', async (now, processes) => {
  const table = await newTable();
  return Array.from({ length: processes }, () => new DynamoConnectionRegistry(newClient(), table, now));
});
describeSignOutLog('DynamoSignOutLog', async (now) => new DynamoSignOutLog(newClient(), await newTable(), now));
describeBans('DynamoBans', async () => {
  const table = await newTable();
  return { here: new DynamoBans(newClient(), table), elsewhere: new DynamoBans(newClient(), table) };
});
describeConsents('DynamoConsents', async (now) => {
  const table = await newTable();
  return { here: new DynamoConsents(newClient(), table, now), elsewhere: new DynamoConsents(newClient(), table, now) };
});
describeDisplayNames('DynamoDisplayNames', async (now) => {
  const table = await newTable();
  const elsewhere = () => new DynamoDisplayNames(newClient(), table, now);
  return { here: elsewhere(), elsewhere };
});

it('keeps no ticket in the table, only its digest', async () => {
  const [table, client] = [await newTable(), newClient()];
  const principal = { kind: 'user' as const, id: 'a', groups: [], clientId: 'c', expiresAt: Date.now() + 60_000 };
  const ticket = await new DynamoTicketStore(client, table).issue(principal, 'voice');
  const { Items } = await client.send(new ScanCommand({ TableName: table }));
  expect(Items).toHaveLength(1);
  expect(JSON.stringify(Items)).not.toContain(ticket);
});

it('is unavailable, never a refusal, when DynamoDB does not answer', async () => {
  const client = newClient('http://127.0.0.1:1');
  const principal = { kind: 'user' as const, id: 'a', expiresAt: Date.now() };
  const tickets = new DynamoTicketStore(client, 'sessions');
  const down = { code: 'store_unavailable' };
  await expect(tickets.look('A'.repeat(43), 'voice')).rejects.toMatchObject(down);
  await expect(tickets.redeem('A'.repeat(43), 'voice')).rejects.toMatchObject(down);
  await expect(new DynamoSignOutLog(client, 'sessions').since(0)).rejects.toMatchObject(down);
  await expect(new DynamoBans(client, 'sessions').all()).rejects.toMatchObject(down);
  await expect(new DynamoConnectionRegistry(client, 'sessions').of('a')).rejects.toMatchObject(down);
  await expect(new DynamoConnectionRegistry(client, 'sessions').renew([])).rejects.toMatchObject(down);
  await expect(new DynamoDisplayNames(client, 'sessions').get(principal)).rejects.toMatchObject(down);
  await expect(new DynamoConsents(client, 'sessions').get(principal)).rejects.toMatchObject(down);
});
