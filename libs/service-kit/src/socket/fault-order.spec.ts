import { startExample, type Example } from '../testing/example-service';
import { TestSocket } from '../testing/test-socket';

let example: Example;
beforeAll(async () => void (example = await startExample()));
afterAll(() => example.close());

const BURST = 60;
const NO_FRAME = '{"event"';
const open = async (sub: string) => {
  const socket = new TestSocket(`${example.ws}/ws/guests?token=${await example.pool.mint({ sub })}`);
  await socket.next(); // welcome
  return socket;
};
const codeOf = async (socket: TestSocket) => (await socket.next<{ data: { code: string } }>()).data.code;

describe('of two faults of a frame the first is told:', () => {
  it('that it comes too fast before that it is no frame', async () => {
    const socket = await open('ann');
    // Twice as many as are let through, at once: a slow machine gets some back meanwhile.
    for (let n = 0; n < 2 * BURST; n += 1) socket.say(NO_FRAME);
    const codes = [];
    for (let n = 0; n < 2 * BURST; n += 1) codes.push(await codeOf(socket));
    expect(new Set(codes.slice(0, BURST))).toEqual(new Set(['invalid_frame']));
    expect(codes.slice(BURST)).toContain('too_fast');
    socket.socket.close();
    await socket.closed;
  });

  it('that it is too large before that it comes too fast', async () => {
    const socket = await open('ben');
    for (let n = 0; n < 2 * BURST; n += 1) socket.say(NO_FRAME);
    socket.say(NO_FRAME.padEnd((64 << 10) + 1));
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });

  it('that it is no frame before that its sender has not the right to it', async () => {
    const session = new TestSocket(`${example.ws}/ws/guests?sessionId=cid`);
    await session.next(); // welcome
    session.say('{"event":"users","data":{');
    session.say({ event: 'users', data: {} });
    expect([await codeOf(session), await codeOf(session)]).toEqual(['invalid_frame', 'guests_not_admitted']);
    session.socket.close();
    await session.closed;
  });
});
