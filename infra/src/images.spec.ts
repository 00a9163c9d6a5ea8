import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TABLES } from '@parley/descriptor';
import dynalite from 'dynalite';
import { WebSocket } from 'ws';
import { fixtureWorkspace, IDENTITY, record, ROOT, services } from './testing/environments';
import { container } from './testing/inputs';
import { startLocalPool } from './testing/local-pool';
import type { Recorded } from './testing/record-stack';
import { billOf, productionPackages, stageService, startImage, type StartedImage } from './testing/staged-image';

/** Longer than the stop time-out would be no service on ECS. */
const STOP_TIMEOUT_MS = 120_000;
const region = 'us-east-1';

let pool: Awaited<ReturnType<typeof startLocalPool>>;
let dynamo: Server;
let endpoint: string;
let resources: Recorded[];

beforeAll(async () => {
  pool = await startLocalPool(IDENTITY.spaClientId);
  dynamo = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => dynamo.listen(0, '127.0.0.1', () => resolve()));
  endpoint = `http://127.0.0.1:${(dynamo.address() as AddressInfo).port}`;
  ({ resources } = await record({ environment: 'dev' }, { workspace: fixtureWorkspace(services()) }));
  const client = new DynamoDBClient({
    region,
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  for (const { name, inputs } of resources.filter(({ type }) => type === 'aws:dynamodb/table:Table')) {
    const { hashKey, rangeKey, indexes } = TABLES[name.split('-').at(-1) as keyof typeof TABLES];
    const keys = (hash: string, range: string) => [
      { AttributeName: hash, KeyType: 'HASH' as const },
      { AttributeName: range, KeyType: 'RANGE' as const },
    ];
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keys(hashKey, rangeKey),
        AttributeDefinitions: (inputs['attributes'] as { name: string }[]).map((attribute) => ({
          AttributeName: attribute.name,
          AttributeType: 'S' as const,
        })),
        ...(indexes.length === 0
          ? {}
          : {
              GlobalSecondaryIndexes: indexes.map((index) => ({
                IndexName: index.name,
                KeySchema: keys(index.hashKey, index.rangeKey),
                Projection: { ProjectionType: index.projection },
              })),
            }),
      }),
    );
  }
  client.destroy();
});
afterAll(async () => {
  dynamo.closeAllConnections?.();
  await new Promise((resolve) => dynamo.close(resolve));
  await pool.close();
});

/** What the plan gives the task, with the addresses of this machine. */
function environmentOf(name: string): Record<string, string> {
  const definition = resources.find((each) => each.type.endsWith('TaskDefinition') && each.name.endsWith(name))!;
  const { environment, secrets } = container(definition) as {
    environment: { name: string; value: string }[];
    secrets: { name: string }[];
  };
  const planned = Object.fromEntries(environment.map((variable) => [variable.name, variable.value]));
  const local = {
    PORT: '0',
    ADMIN_PORT: '0',
    HOST: '127.0.0.1',
    COGNITO_ISSUER: pool.issuer,
    ...('COGNITO_DOMAIN' in planned ? { COGNITO_DOMAIN: new URL(pool.issuer).origin } : {}),
  };
  expect(Object.keys(planned)).toEqual(expect.arrayContaining(Object.keys(local)));
  return {
    ...planned,
    ...Object.fromEntries(secrets.map((secret) => [secret.name, 'a-secret-of-this-test-that-is-long-enough'])),
    ...local,
    // What the task role and the endpoints of AWS are in the cloud.
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    NODE_ENV: 'production',
  };
}

async function signedIn(name: string, { port }: StartedImage): Promise<void> {
  const headers = { authorization: `Bearer ${pool.token}` };
  if (name !== 'voice-gateway') {
    const answer = await fetch(`http://127.0.0.1:${port}/api/session/me`, { headers });
    expect(await answer.json()).toMatchObject({ kind: 'user', username: 'ada' });
    const refused = await fetch(`http://127.0.0.1:${port}/api/session/me`);
    expect(refused.status).toBe(401);
    return;
  }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/voice`, { headers });
  await once(socket, 'open');
  // A signed-in caller gets an answer to nonsense; anybody else is closed at once.
  socket.send('{"event":{"nonsense":{}}}');
  const [data] = (await once(socket, 'message')) as [Buffer];
  expect(String(data)).toContain('error');
  socket.terminate();
}

describe.each(services().map(({ name }) => name))('%s, from exactly the files of its image', (name) => {
  let folder: string;
  beforeAll(() => {
    folder = stageService(name);
  }, 60_000);
  afterAll(() => rmSync(dirname(folder), { recursive: true, force: true }));

  it('has the files that the Dockerfile copies, and no other', () => {
    const dockerfile = readFileSync(join(ROOT, 'infra/docker/service.Dockerfile'), 'utf8');
    const final = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    const copied = [...final.matchAll(/^COPY (?!--from=public)(?:--from=\S+ )?(\S+) /gm)].map(([, path]) =>
      path!.replace('/app/', ''),
    );
    // The lock and the settings of npm serve the stage that installs.
    const forInstalling = ['.npmrc', 'package-lock.json'];
    expect(readdirSync(folder).sort()).toEqual([...copied, ...forInstalling].sort());
  });

  it('brings no package inside its own code: those are installed, 111 MB of them (docs/decisions)', () => {
    const maps = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.map'),
    );
    expect(maps).not.toEqual([]);
    const sources = maps.flatMap(
      (file) => (JSON.parse(readFileSync(join(folder, 'dist', file), 'utf8')) as { sources: string[] }).sources,
    );
    expect(sources).toContainEqual(expect.stringMatching(/\/libs\/errors\/src\//));
    expect(sources.filter((source) => source.includes('/node_modules/'))).toEqual([]);
  });

  it('has a bill of materials that names every package it installs, and no other', () => {
    const bill = billOf(folder, name);
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    expect(bill.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(bill.metadata.component).toMatchObject({ name, type: 'application' });

    const installed = productionPackages().map(
      ({ path, version }) => `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`,
    );
    expect(installed.length).toBeGreaterThan(100);
    expect(bill.components.map((each) => `${each.name}@${each.version}`).sort()).toEqual(
      [...new Set(installed)].sort(),
    );
    // What CycloneDX asks of a bill: one reference each, and dependencies between known ones.
    const refs = [bill.metadata.component, ...bill.components].map((each) => each['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(refs).toEqual(
      expect.arrayContaining(bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn])),
    );
    for (const { purl, hashes } of bill.components) {
      expect(purl).toMatch(/^pkg:npm\//);
      expect(hashes).toContainEqual(expect.objectContaining({ alg: 'SHA-512' }));
    }
  });

  it(
    'becomes ready, answers somebody who is signed in, and ends on SIGTERM in order',
    async () => {
      const started = await startImage(folder, environmentOf(name));
      const ended = once(started.child, 'exit');
      try {
        const { health } = services().find((each) => each.name === name)!;
        const admin = `http://127.0.0.1:${started.adminPort}`;
        expect((await fetch(`${admin}${health.live}`)).status).toBe(200);
        // Ready once the keys were read: asked again until then, as the load balancer does.
        while ((await fetch(`${admin}${health.ready}`)).status !== 200);
        await signedIn(name, started);
        started.child.kill('SIGTERM');
        expect(await ended).toEqual([0, null]);
      } finally {
        started.child.kill('SIGKILL');
      }
    },
    STOP_TIMEOUT_MS,
  );
});
