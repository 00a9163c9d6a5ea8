import { MemoryConnectionRegistry, SharedConnections } from '../memory/connection-registry';
import type { LiveConnection } from './connection-registry';
import { OpenConnections } from './open-connections';

const shared = new SharedConnections();
const registry = new MemoryConnectionRegistry(shared);
const connections = new OpenConnections(registry);
let ids = 0;
const open = (path: string, kind: LiveConnection['kind'], principalId = 'alice') => {
  const connection = { id: `c-${(ids += 1)}`, principalId, kind, path };
  connections.opened({ ...connection, since: 0 });
  return () => connections.closed(connection);
};
const told = async () => {
  await connections.tell();
  return (await registry.processes()).flatMap((process) => process.open);
};

it('tells with its sign of life how many are open, by path and kind, and no longer what has closed', async () => {
  const closes = [open('/ws/chat', 'user'), open('/ws/chat', 'user', 'bob'), open('/ws/chat', 'guest', 'g-1')];
  open('/ws/voice', 'user');
  const voice = { path: '/ws/voice', kind: 'user', connections: 1 };
  expect(await told()).toEqual([
    { path: '/ws/chat', kind: 'user', connections: 2 },
    { path: '/ws/chat', kind: 'guest', connections: 1 },
    voice,
  ]);
  closes[0]!();
  expect(await told()).toContainEqual({ path: '/ws/chat', kind: 'user', connections: 1 });
  for (const close of closes.slice(1)) close();
  expect(await told()).toEqual([voice]);
});

it('reports a store that does not answer, and says it again with the next sign of life', async () => {
  const failures = [new Error('down')];
  const reported: unknown[] = [];
  const flaky = new OpenConnections(
    {
      ...{ put: async () => undefined, remove: async () => undefined, forget: async () => undefined },
      ...{ of: async () => [], processes: async () => [], leave: async () => undefined },
      renew: async (counts) => {
        const failure = failures.pop();
        if (failure) throw failure;
        await registry.renew(counts);
      },
    },
    { onError: (error) => reported.push(error) },
  );
  flaky.opened({ id: 'c', principalId: 'alice', kind: 'user', path: '/ws/late', since: 0 });
  await flaky.tell();
  expect(reported).toEqual([new Error('down')]);
  await flaky.tell();
  expect((await registry.processes()).map((process) => process.open)).toEqual([
    [{ path: '/ws/late', kind: 'user', connections: 1 }],
  ]);
});
