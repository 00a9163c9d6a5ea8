import { setTimeout as pause } from 'node:timers/promises';
import { LeanSpeechModel } from '../../src/adapters/bedrock/lean/lean-speech-model';
import { InputQueue } from '../../src/call/nova/input-queue';
import { NovaInputStream } from '../../src/call/nova/input-stream';
import { profileOf } from '../../src/call/nova/profiles';

export const SPEAKERS = 50;
export const FRAME_MS = 32;
const FRAME = Buffer.alloc(1_024, 3);

/** Streams to the model, and callers who talk without a pause: so many frames at a time, which then share an event. */
export async function startSpeakers({ model, together }: Record<string, string>): Promise<Record<string, string>> {
  const speech = new LeanSpeechModel({
    ...{ endpoint: new URL(model!), region: 'us-east-1', modelId: 'amazon.nova-2-sonic-v1:0' },
    credentials: async () => ({ accessKeyId: 'local', secretAccessKey: 'local' }),
  });
  const queues = Array.from({ length: SPEAKERS }, () => open(speech));
  void talk(queues, Number(together));
  return {};
}

function open(speech: LeanSpeechModel): InputQueue {
  const input = new NovaInputStream(profileOf('amazon.nova-2-sonic-v1:0'));
  const queue = new InputQueue((frame) => input.audio(frame));
  queue.pushControl(input.open({ instructions: 'Echo.', voiceId: 'matthew', maxTokens: 64, tools: [], history: [] }));
  void drain(speech.open(queue, new AbortController().signal).output);
  return queue;
}

async function drain(output: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of output);
}

async function talk(queues: readonly InputQueue[], together: number): Promise<never> {
  const everyMs = FRAME_MS * together;
  const next = queues.map((_, n) => performance.now() + (n * everyMs) / queues.length);
  for (;;) {
    const now = performance.now();
    for (const [n, queue] of queues.entries()) {
      if (next[n]! > now) continue;
      next[n]! += everyMs;
      for (let frame = 0; frame < together; frame += 1) queue.pushAudio(FRAME);
    }
    await pause(1);
  }
}
