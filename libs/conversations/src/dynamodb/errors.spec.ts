import { createServer, type AddressInfo, type Socket } from 'node:net';
import { toProblem } from '@parley/errors';
import { alice, bob, said } from '../testing/drafts';
import { TestDynamo } from '../testing/dynamo';
import { failBefore } from '../testing/faults';
import { createDocumentClient } from './client';
import { createConversationStore } from './dynamo-conversation-store';
import { storeError } from './errors';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

const awsError = (name: string) => Object.assign(new Error(`text of the SDK: ${name}`), { name });

describe('an outage of the store', () => {
  it.each([
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'TimeoutError',
    'CredentialsProviderError',
  ])('%s is store_unavailable for every function and says nothing of the SDK', async (name) => {
    const client = dynamo.client();
    failBefore(
      client,
      () => true,
      () => awsError(name),
    );
    const store = createConversationStore({ client, table: await dynamo.createTable() });
    const id = 'some-conversation-id';
    const calls = [
      () => store.create(alice, {}),
      () => store.get(alice.id, id),
      () => store.list(alice.id, { limit: 1 }),
      () => store.rename(alice.id, id, 'x'),
      () => store.remove(alice.id, id),
      () => store.append(alice.id, id, said(alice, 'x'), 'k'),
      () => store.page(alice.id, id, { limit: 1 }),
      () => store.lastMessages(alice.id, id, 1),
      () => store.findMessage(alice.id, id, 'x'),
      () => store.markRead(alice.id, id, 1),
      () => store.addMember(alice.id, id, bob),
      () => store.removeMember(alice.id, id, bob.id),
      () => store.finishRemovals(),
      () => store.raiseFirst(id, 1),
    ];
    for (const call of calls) {
      const error = await call().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'store_unavailable', status: 503, cause: { name } });
      expect(JSON.stringify(toProblem(error as ReturnType<typeof storeError>))).not.toContain('SDK');
    }
  });

  it('is also a table that is not there', async () => {
    const store = createConversationStore({ client: dynamo.client(), table: 'no-such-table' });
    await expect(store.create(alice, {})).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('ends in bounded time when the service accepts and never answers', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const client = createDocumentClient({
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: { requestTimeout: 20, throwOnRequestTimeout: true },
      maxAttempts: 2,
    });
    try {
      const store = createConversationStore({ client, table: 'some-table' });
      await expect(store.create(alice, {})).rejects.toMatchObject({ code: 'store_unavailable' });
    } finally {
      client.destroy();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    }
  });

  it('is not what a request of ours that DynamoDB calls invalid is', () => {
    expect(storeError(awsError('ValidationException'))).toMatchObject({ code: 'internal' });
  });
});

describe('the client', () => {
  it('retries in bounded number and throws when an answer takes too long', async () => {
    const client = createDocumentClient({ region: 'eu-central-1' });
    const handler = client.config.requestHandler as unknown as {
      httpHandlerConfigs(): Record<string, unknown>;
      configProvider: Promise<Record<string, unknown>>;
    };
    expect(await client.config.maxAttempts()).toBe(3);
    expect(await handler.configProvider).toMatchObject({
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
    });
    client.destroy();
  });
});
