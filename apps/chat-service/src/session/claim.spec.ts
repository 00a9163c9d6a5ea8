import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient, MOST_BLOCKED } from '@parley/conversations';
import type { Self } from '@parley/protocol';
import { ChatSocket } from '../testing/chat-socket';
import { PARTNER, startReplica, type Replica } from '../testing/start-chat';
import { startWorld, type World } from '../testing/world';

/** The line to the table, which a test can cut: then every request finds nobody. */
async function startLine(endpoint: string) {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect({ host: '127.0.0.1', port: Number(new URL(endpoint).port) });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => undefined).on('close', () => other.destroy() && open.delete(one));
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hangUp = () => open.forEach((socket) => socket.destroy());
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => ((isCut = true), hangUp()),
    mend: () => void (isCut = false),
    close: () => (hangUp(), server.close()),
  };
}

let world: World;
let line: Awaited<ReturnType<typeof startLine>>;
let replica: Replica;
beforeAll(async () => {
  world = await startWorld();
  line = await startLine(world.environment['AWS_ENDPOINT_URL_DYNAMODB']!);
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = line.endpoint;
  replica = await startReplica(world);
});
afterAll(async () => {
  await replica.service.stop();
  line.close();
  await world.close();
});

/** The assistant's message to what has this `seq`. */
const answerAfter = (socket: ChatSocket, seq: number) =>
  socket.find(({ data }) => {
    const message = data['message'] as { role?: string; seq: number } | undefined;
    return message?.role === 'assistant' && message.seq > seq;
  });

/** A guest of another origin on `/ws/chat` who has said something, and the conversation that it is in. */
async function guestWhoSpoke() {
  const socket = new ChatSocket(`${replica.url.replace('http', 'ws')}/ws/chat?sessionId=shop`, [], {
    headers: { origin: PARTNER },
  });
  const session = (await socket.event('welcome')).data['session'] as string;
  socket.say({ action: 'sendMessage', clientId: 'g-1', message: 'Do you have shoes?' });
  const id = (await socket.event('ack')).data['conversationId'] as string;
  await answerAfter(socket, 1);
  return { socket, session, id };
}

const claimAs = async (user: string, session: string) => {
  const headers = { origin: PARTNER };
  const body = JSON.stringify({ session });
  const response = await replica.as(user)('/api/session/claim', { method: 'POST', headers, body });
  return [response.status, await response.json()];
};
const statusFor = async (authorization: string, id: string) =>
  (await fetch(`${replica.url}/api/conversations/${id}`, { headers: { authorization, origin: PARTNER } })).status;

it('a claim while the store is down changes nothing, says so, and works when it is asked again', async () => {
  const { socket, session, id } = await guestWhoSpoke();
  const bob = `Bearer ${await world.issuer.mint('bob')}`;
  line.cut();
  expect(await claimAs('bob', session)).toMatchObject([503, { code: 'store_unavailable', kind: 'unavailable' }]);
  line.mend();
  expect([await statusFor(`Guest ${session}`, id), await statusFor(bob, id)]).toEqual([200, 404]);
  expect(await claimAs('bob', session)).toEqual([200, { conversations: [id] }]);
  expect([await statusFor(`Guest ${session}`, id), await statusFor(bob, id)]).toEqual([404, 200]);
  socket.close();
});

it('a claim ends the guest’s hearing on a socket that is open, and what it says there is refused', async () => {
  const { socket, session, id } = await guestWhoSpoke();
  expect(await claimAs('bob', session)).toEqual([200, { conversations: [id] }]);
  expect((await socket.event('left')).data).toEqual({ conversationId: id, reason: 'removed' });
  const heard = socket.liveSeqs.length;
  const bob = ChatSocket.as(replica.url, await world.issuer.mint('bob'));
  await bob.event('welcome');
  await bob.ask('joinRoom', { conversationId: id });
  expect((await bob.ask('sendMessage', { conversationId: id, clientId: 'b-1', text: 'mine' })).event).toBe('ack');
  const said = await socket.ask('sendMessage', { conversationId: id, clientId: 'g-2', text: 'still here' });
  expect(said).toMatchObject({ event: 'error', data: { code: 'conversation_not_found' } });
  await answerAfter(bob, 2);
  expect(socket.liveSeqs).toHaveLength(heard);
  for (const one of [bob, socket]) one.close();
});

it('whom the guest blocked stays blocked for the person', async () => {
  const { socket, session } = await guestWhoSpoke();
  const headers = { origin: PARTNER, authorization: `Guest ${session}`, 'content-type': 'application/json' };
  const blocked = await fetch(`${replica.url}/api/session/blocks/mallory`, { method: 'PUT', headers });
  expect(blocked.status).toBe(204);
  socket.close();
  await socket.closed;
  expect((await claimAs('carol', session))[0]).toBe(200);
  const list = await replica.as('carol')('/api/session/blocks');
  expect(await list.json()).toEqual({ items: [{ principalId: 'mallory' }] });
});

it('two full lists of blocked people hinder no claim, and nothing is kept of what the guest had for himself', async () => {
  const { socket, session, id } = await guestWhoSpoke();
  const headers = { authorization: `Guest ${session}`, origin: PARTNER };
  const guest = (await (await fetch(`${replica.url}/api/session/me`, { headers })).json()) as Self;
  const bob = world.issuer.users.find(({ login }) => login === 'bob')!;
  const client = createDocumentClient({ region: 'us-east-1', endpoint: line.endpoint });
  for (const who of [guest.id, bob.sub]) {
    const blocked = new Set(Array.from({ length: MOST_BLOCKED }, (_, n) => `${who}-${n}`));
    const listing = { member: 'BLOCKS', listedAt: `${new Date().toISOString()}#${who}` };
    const Item = { pk: `P#${who}`, sk: 'BLOCKS', v: 1, blocked, ...listing };
    await client.send(new PutCommand({ TableName: 'conversations', Item }));
  }
  const rowsOfGuest = async () => {
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': `P#${guest.id}` } };
    const { Items } = await client.send(
      new QueryCommand({ TableName: 'conversations', ConsistentRead: true, ...query }),
    );
    return Items!.map(({ sk }) => (sk as string).split('#')[0]);
  };
  expect(await rowsOfGuest()).toEqual(['BLOCKS', 'OWN']);
  expect(await claimAs('bob', session)).toEqual([200, { conversations: [id] }]);
  expect(await rowsOfGuest()).toEqual([]);
  client.destroy();
  socket.close();
});
