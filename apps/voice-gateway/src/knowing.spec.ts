import { dtmfTones } from '@parley/aws-sim';
import { bodyOf, callStart, hangUp, isLastFinal, nameOf, named, readUntil, speak, type Frame } from './testing/frames';
import { startVoice, type Replica, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice()));
afterAll(() => voice.close());

/** What is to be known of calls, and the series that tells it once it happened. */
const KNOWN: readonly (readonly [what: string, series: RegExp])[] = [
  ['time to first audio', /^parley_first_audio_seconds_count [1-9]/m],
  ['gaps', /^parley_call_gap_seconds_count [1-9]/m],
  ['dropped audio', /^parley_audio_dropped_milliseconds_total [1-9]/m],
  ['rotations', /^parley_rotations_total\{why="quiet"\} [1-9]/m],
  ['resumes by cause', /^parley_resumes_total\{cause="dropped"\} 1$/m],
  ['barge-ins', /^parley_barge_ins_total 1$/m],
  ['tool times', /^parley_call_tool_seconds_count\{tool="currentTime",outcome="good"\} 1$/m],
  ['tokens heard', /^parley_voice_tokens_total\{kind="inputSpeechTokens"\} [1-9]/m],
  ['tokens read', /^parley_voice_tokens_total\{kind="inputTextTokens"\} [1-9]/m],
  ['tokens spoken', /^parley_voice_tokens_total\{kind="outputSpeechTokens"\} [1-9]/m],
  ['estimated cost', /^parley_model_cost_usd_total 0\.0*[1-9]/m],
  ['refusals by reason', /^parley_calls_refused_total\{reason="too_many_connections"\} 1$/m],
  ['ends by reason', /^parley_calls_ended_total\{reason="hangup"\} 1$/m],
];
const TYPED = 'squeamish ossifrage';

/** Resolves when a series tells it: what it waits for happens by itself. */
async function told({ metrics }: Replica, series: RegExp): Promise<void> {
  while (!series.test(await metrics())) await new Promise((resolve) => setTimeout(resolve, 20));
}

it('a call in which everything happens moves every metric, and leaves no word of it and no token anywhere', async () => {
  const own = await voice.replica({ CALLS_PER_PRINCIPAL: '1', VOICE_STREAM_SILENCE_MS: '1500' });
  for (const [, series] of KNOWN) expect(await own.metrics()).not.toMatch(series);

  // The first answer is spoken over.
  voice.bedrock.faults.next({ kind: 'bargeIn', afterPieces: 1 });
  const socket = await own.connect('alice');
  await callStart(socket);
  speak(socket, dtmfTones('12'));
  await readUntil(socket, (name, body) => name === 'contentEnd' && body['stopReason'] === 'INTERRUPTED');
  await told(own, /^parley_calls_live 1$/m);
  await told(own, /^parley_streams_live 1$/m);

  const second = await own.connect('alice');
  expect(await callStart(second)).toMatchObject({ code: 'too_many_connections' });

  for (const content of ['use currentTime {"timeZone":"Asia/Tokyo"}', TYPED]) {
    socket.say({ event: { textInput: { content } } });
    await readUntil(socket, (name, body) => name === 'textOutput' && 'seq' in body && body['role'] === 'ASSISTANT');
  }

  for (let n = 0; n < 200; n += 1) socket.socket.send(Buffer.alloc(1_024));
  await readUntil(socket, (name, body) => name === 'error' && body['code'] === 'audio_dropped');

  // Nobody speaks, so the stream is replaced; the next one is lost as soon as it has something to say.
  voice.bedrock.faults.next({ kind: 'drop', afterFrames: 2 });
  await told(own, /^parley_rotations_total\{why="quiet"\} [1-9]/m);
  speak(socket, dtmfTones('34'));
  const frames: Frame[] = await readUntil(socket, isLastFinal);
  if (!frames.some((frame) => nameOf(frame) === 'callResumed'))
    frames.push(...(await readUntil(socket, named('callResumed'))));
  expect(frames.map(bodyOf)).toContainEqual({ reason: 'dropped', attempt: 1 });

  await hangUp(socket);
  await own.logs.until(/call ended/);
  const metrics = await own.metrics();
  for (const [what, series] of KNOWN) expect([what, metrics.match(series) !== null]).toEqual([what, true]);
  expect(metrics).toMatch(/^parley_calls_live 0$/m);
  await told(own, /^parley_streams_live 0$/m);

  const spans = own.spans.getFinishedSpans();
  expect(spans.map(({ name }) => name)).toEqual(['call']);
  const events = spans[0]!.events.map(({ name }) => name);
  for (const name of ['stream opened', 'first audio', 'barge-in', 'tool ran', 'rotated', 'resuming', 'resumed'])
    expect(events).toContain(name);
  const traces = JSON.stringify(
    spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
  );
  for (const left of [metrics, traces, own.logs.text]) {
    expect(left).not.toMatch(/squeamish|ossifrage|Tokyo|digits|simulator|Here it is again|seconds of speech/);
    expect(left).not.toMatch(/eyJ[\w-]{10,}|bearer\./i);
  }
});
