import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BedrockRuntimeClient, InvokeModelWithBidirectionalStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { WebSocketServer, type WebSocket } from 'ws';

/** Baseline (b): what one writes in an afternoon. WebSocket, AWS SDK, and between them no check, no identity, no transcript. */
export async function startRelay({ model }: Record<string, string>): Promise<Record<string, string>> {
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: model!,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    const queue: (string | undefined)[] = [];
    let wake = () => undefined as void;
    const say = (event: string | undefined) => {
      queue.push(event);
      wake();
    };
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return say(audioEvent(data));
      if (String(data).includes('callEnd')) return say(undefined);
      for (const event of OPENING) say(JSON.stringify(event));
      void relay(client, socket, read());
      socket.send('{"event":{"callReady":{}}}');
    });
    socket.on('close', () => say(undefined));

    async function* read() {
      for (;;) {
        while (queue.length > 0) {
          const event = queue.shift();
          if (event === undefined) return;
          yield { chunk: { bytes: Buffer.from(event) } };
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/voice` };
}

async function relay(
  client: BedrockRuntimeClient,
  socket: WebSocket,
  body: AsyncIterable<{ chunk: { bytes: Buffer } }>,
): Promise<void> {
  const modelId = 'amazon.nova-2-sonic-v1:0';
  const answer = await client.send(new InvokeModelWithBidirectionalStreamCommand({ modelId, body }));
  for await (const { chunk } of answer.body ?? []) {
    const { event } = JSON.parse(Buffer.from(chunk!.bytes!).toString('utf8')) as {
      event: { audioOutput?: { content: string } };
    };
    if (event.audioOutput) socket.send(Buffer.from(event.audioOutput.content, 'base64'));
    else socket.send(JSON.stringify({ event }));
  }
  socket.close();
}

const NAMES = { promptName: 'p'.repeat(36), contentName: 'a'.repeat(36) };
const OPENING = [
  { event: { sessionStart: { inferenceConfiguration: { maxTokens: 1024 } } } },
  { event: { promptStart: { promptName: NAMES.promptName } } },
  { event: { contentStart: { ...NAMES, type: 'AUDIO', role: 'USER' } } },
];
const audioEvent = (pcm: Buffer) =>
  JSON.stringify({ event: { audioInput: { ...NAMES, content: pcm.toString('base64') } } });
