import { systemClock } from '../src/core/clock';
import type { TokenWish } from '../src/session/token-provider';
import { VoiceClient, type VoiceClientOptions } from '../src/voice/voice-client';
import { startVoiceServer, type ServerConnection } from './voice-server';

/** The system's clock with all short waits as good as gone. */
export const hasty = {
  ...systemClock,
  after: (ms: number, run: () => void) => systemClock.after(ms > 4_000 ? ms : 1, run),
};

/** For a spec file: a server before each test, and nothing left of it afterwards. */
export function voiceLines() {
  let server: Awaited<ReturnType<typeof startVoiceServer>>;
  const clients: VoiceClient[] = [];
  beforeEach(async () => void (server = await startVoiceServer()));
  afterEach(async () => {
    server.endCalls();
    await Promise.all(clients.splice(0).map((client) => client.hangUp()));
    await server.close();
  });

  function make(options: Partial<VoiceClientOptions> = {}) {
    const wishes: TokenWish[] = [];
    const tokenSource = {
      token: (wish: TokenWish = {}) => {
        wishes.push(wish);
        return Promise.resolve(`token-${wishes.length}`);
      },
    };
    const client = new VoiceClient({ tokenSource, baseUrl: server.url, clock: hasty, ...options });
    clients.push(client);
    const told: string[] = [];
    client.on('interrupted', () => void told.push('interrupted'));
    client.on('speech', (pcm) => void told.push(`speech ${[...pcm].join()}`));
    client.on('textOutput', ({ content }) => void told.push(content));
    return { client, wishes, told };
  }

  /** A call that is up, from both ends. */
  async function call(options?: Partial<VoiceClientOptions>) {
    const made = make(options);
    const started = made.client.start();
    const connection = await server.connection();
    const first = await connection.next();
    connection.ready();
    await started;
    return { ...made, connection, first };
  }
  return { make, call, connection: () => server.connection() };
}

export const heard = (client: VoiceClient, content: string): Promise<void> =>
  new Promise((resolve) => void client.on('textOutput', (text) => text.content === content && resolve()));
export const mark = (connection: ServerConnection, content: string) =>
  connection.say('textOutput', { contentId: 'mark', role: 'ASSISTANT', content });
/** 32 ms, marked with a number. */
export const frame = (value: number) => new Int16Array(512).fill(value);
export const valueOf = (data: unknown) => (data as Buffer).readInt16LE(0);
