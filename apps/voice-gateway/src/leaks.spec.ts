import { dtmfTones, startDynamoApart } from '@parley/aws-sim';
import { collectGarbage } from '@parley/service-kit/testing';
import { CallDesk } from './call-desk';
import { callStart, hangUp, isLastFinal, readUntil, speak } from './testing/frames';
import { bytesHeld, NOISE_BYTES } from './testing/memory';
import { startVoice } from './testing/start-voice';

/** A hundred here; the soak makes a thousand. */
const CALLS = process.env['SOAK'] ? 1_000 : 100;
/** Calls after which whatever is compiled and cached once is. */
const WARM_UP = 25;

it(
  `keeps nothing of ${CALLS} calls that are over: hung up, broken off, lost by the model`,
  async () => {
    // Long enough for a caller on a busy machine to take the seat; those who broke off hold their streams as long.
    const voice = await startVoice(
      { limits: { streams: 1_000 } },
      { CALL_DETACHED_MS: '3000', VOICE_STREAM_QUOTA: '1000' },
      startDynamoApart,
    );
    const desk = voice.service.app.get(CallDesk, { strict: false });
    const calls: WeakRef<object>[] = [];
    const over = async () => {
      while (desk.live.length > 0 || voice.bedrock.streams() > 0) await new Promise((wait) => setTimeout(wait, 50));
    };
    let heldBefore = Infinity;
    for (let n = 0; n < CALLS; n += 1) {
      if (n === WARM_UP) heldBefore = await over().then(() => bytesHeld(voice));
      if (n % 4 === 1) voice.bedrock.faults.next({ kind: 'drop', afterFrames: 3 });
      const socket = await voice.connect(`somebody-${n % 5}`);
      expect(await callStart(socket)).toMatchObject({ resumed: false });
      calls.push(...desk.live.slice(-1).map((call) => new WeakRef<object>(call)));
      speak(socket, dtmfTones('5'));
      await readUntil(socket, isLastFinal);
      if (n % 3 === 0) {
        socket.socket.terminate();
        await socket.closed;
      } else await hangUp(socket);
    }
    await over();
    expect(calls).toHaveLength(CALLS);
    let kept = CALLS;
    for (let round = 0; round < 50 && kept > 0; round += 1) {
      await new Promise((wait) => setTimeout(wait, 20));
      collectGarbage();
      kept = calls.filter((call) => call.deref() !== undefined).length;
    }
    expect(kept).toBe(0);
    const grownBytes = (await bytesHeld(voice)) - heldBefore;
    if (process.env['SOAK']) process.stdout.write(`grown by ${(grownBytes / 1e6).toFixed(1)} MB\n`);
    expect(grownBytes).toBeLessThan(NOISE_BYTES);
    await voice.close();
  },
  CALLS * 3_000,
);
