import { textOf, type Message } from '@parley/protocol';
import { ChatSocket } from '../testing/chat-socket';
import { PARTNER, startChat, type ChatUnderTest } from '../testing/start-chat';

let chat: ChatUnderTest;
const open: ChatSocket[] = [];
beforeAll(async () => {
  chat = await startChat({ text: { pieceMs: 1, pieceWords: 1 } });
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});
afterAll(() => chat.close());

/** As such a front end does it: everything it has is in the URL, and it offers no subprotocol. */
const connect = (path: string) => {
  const socket = new ChatSocket(chat.url.replace('http', 'ws') + path, [], { headers: { origin: PARTNER } });
  open.push(socket);
  return socket;
};

const slashes = [['/ws/chat'], ['/ws/chat/']];

describe.each(slashes)('%s', (path) => {
  it('takes a user by ?sessionId=…&token=…, in either order, and his flat sendMessage', async () => {
    for (const [index, query] of ['sessionId=tab-7&token=TOKEN', 'token=TOKEN&sessionId=tab-7'].entries()) {
      const socket = connect(`${path}?${query.replace('TOKEN', await chat.issuer.mint('alice'))}`);
      const { data: welcome } = await socket.event('welcome');
      expect(welcome).toMatchObject({ principal: { kind: 'user' }, sessionId: 'tab-7', version: 'parley.v1' });
      expect(JSON.stringify(welcome)).not.toContain('token');
      expect(await says(socket, `${path} ${index} of a user`)).toMatchObject({ author: { kind: 'user' } });
    }
  });

  it('takes a guest by ?sessionId= alone, and an empty token as none', async () => {
    for (const [index, query] of ['sessionId=tab-8', 'sessionId=tab-8&token='].entries()) {
      const socket = connect(`${path}?${query}`);
      const { data: welcome } = await socket.event('welcome');
      expect(welcome).toMatchObject({ principal: { kind: 'guest' }, sessionId: 'tab-8', session: expect.any(String) });
      expect(await says(socket, `${path} ${index} of a guest`)).toMatchObject({ author: { kind: 'guest' } });
    }
  });

  it('refuses a token that is none, in words that such a front end shows', async () => {
    const { code, reason } = await connect(`${path}?sessionId=tab-9&token=nonsense`).closed;
    expect([code, reason]).toEqual([1008, 'Invalid authentication token']);
  });
});

/** Sends it by the frame of an API Gateway front end, without a conversation, and answers with the message that comes, once it was answered. */
async function says(socket: ChatSocket, text: string): Promise<Message> {
  socket.say({ action: 'sendMessage', clientId: text, message: text });
  const { data: ack } = await socket.event('ack');
  expect(ack).toMatchObject({ clientId: text, conversationId: expect.any(String), seq: expect.any(Number) });
  const { data } = await socket.find(
    (frame) => frame.event === 'message' && (frame.data['message'] as Message).id === ack['id'],
  );
  const message = data['message'] as Message;
  expect(textOf(message.parts)).toBe(text);
  await socket.find((frame) => (frame.data['message'] as Message | undefined)?.role === 'assistant');
  return message;
}
