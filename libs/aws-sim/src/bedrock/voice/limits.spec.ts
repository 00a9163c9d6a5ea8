import { BedrockRuntimeClient, InvokeModelWithBidirectionalStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { ManualClock, startBedrock, type BedrockOptions, type BedrockSimulator } from '../index';
import { audioStart, bedrockClient, promptStart, quiet, VoiceCaller } from '../testing/voice-caller';
import { voiceLike } from '../testing/voices';
import { VIOLATION } from './violations';

const silence = (ms: number) => new Int16Array(16 * ms);

describe('limits of a voice stream, as the SDK shows them', () => {
  let simulator: BedrockSimulator;
  let clock: ManualClock;
  const callers: VoiceCaller[] = [];
  const start = async (options?: BedrockOptions) => {
    clock = new ManualClock();
    simulator = await startBedrock({ clock, ...options });
  };
  const call = (model?: string) => {
    const caller = new VoiceCaller(bedrockClient(simulator.endpoint), model);
    callers.push(caller);
    return caller;
  };
  const arrived = (name: string) =>
    simulator.requests.until(({ events }) => events.some((event) => event.name === name));
  afterEach(async () => {
    callers.splice(0).forEach((caller) => caller.abort.abort());
    await simulator.close();
  });

  it('ends a stream without input after 55 seconds, and says so', async () => {
    await start();
    const caller = call().open().audio(silence(32));
    await simulator.requests.until(({ audioEvents }) => audioEvents === 1);
    await clock.advance(54_000);
    caller.audio(silence(32));
    await simulator.requests.until(({ audioEvents }) => audioEvents === 2);
    await clock.advance(54_999);
    expect(simulator.streams()).toBe(1);
    await clock.advance(1);
    expect(await caller.ended).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/^RequestId=\S+ : Timed out waiting for audio bytes .* less than 55 seconds$/),
    });
  });

  it('ends any stream after 8 minutes', async () => {
    await start({ limits: { idleMs: 10 * 60_000 } });
    const caller = call().open();
    await arrived('promptStart');
    await clock.advance(480_000);
    expect(await caller.ended).toMatchObject({
      name: 'ModelTimeoutException',
      message: expect.stringContaining('Model has timed out in processing the request. Try your request again.'),
    });
    expect(simulator.streams()).toBe(0);
  });

  it('drops a stream in which nobody speaks, when asked to, though silence was sent', async () => {
    await start({ limits: { silenceMs: 30_000, idleMs: 20_000 } });
    const caller = call().open().speak(voiceLike(300));
    await caller.until(({ name }) => name === 'completionStart');
    await clock.advance(19_000);
    caller.audio(silence(320));
    await simulator.requests.until(({ audioEvents }) => audioEvents > 40);
    await clock.advance(11_000);
    // The SDK shows a lost connection as an ordinary end.
    expect(await caller.ended).toBeUndefined();
    expect(simulator.requests.last).toMatchObject({ outcome: 'failed', reason: 'silence' });
  });

  it('throttles one stream more than the quota, and takes the next when one has ended', async () => {
    await start({ limits: { streams: 2 } });
    const [first] = [call().open(), call().open()];
    await simulator.requests.until(() => simulator.streams() === 2);
    const refused = call().open();
    expect(await refused.ended).toMatchObject({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } });
    first?.abort.abort();
    await simulator.requests.until(({ outcome }) => outcome === 'cancelled');
    expect(simulator.streams()).toBe(1);
    const next = call().open().speak(voiceLike(300));
    await next.until(({ name }) => name === 'completionStart');
  });

  it('answers a broken rule with a frame of the text, and the stream ends', async () => {
    await start();
    const caller = call().open().text('USER', 'late', false);
    expect(await caller.ended).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(VIOLATION.historyAfterAudio),
    });
    expect(simulator.requests.last).toMatchObject({ outcome: 'failed' });
    expect(simulator.streams()).toBe(0);
  });

  it('refuses a message that is no event', async () => {
    await start();
    expect(await call().raw({ sessionStart: {} }).ended).toMatchObject({ name: 'ValidationException' });
    expect(await call().raw({ event: { sessionStart: {}, promptStart: {} } }).ended).toMatchObject({
      message: expect.stringContaining(VIOLATION.invalid),
    });
  });

  it('answers no headers before the first frame of the input', async () => {
    await start();
    const caller = call();
    const record = await simulator.requests.until(({ operation }) => operation === 'voice');
    await clock.advance(1_000);
    expect(record.outcome).toBe('open');
    caller.raw({ event: {} });
    expect(await caller.ended).toBeInstanceOf(Error);
  });

  it('does not know other models', async () => {
    await start();
    const caller = call('amazon.nova-3-sonic-v1:0').open();
    expect(await caller.ended).toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404, requestId: expect.any(String) },
    });
  });

  it('counts silence at LOW sensitivity for longer', async () => {
    await start({ voice: { hearing: { endOfTurnMs: 700 } } });
    const session = { turnDetectionConfiguration: { endpointingSensitivity: 'LOW' } };
    const caller = call().say('sessionStart', session).say('promptStart', promptStart()).text('SYSTEM', 'Hi');
    caller.say('contentStart', audioStart()).audio(voiceLike(300)).audio(silence(768));
    await simulator.requests.until(({ audioBytes }) => audioBytes === 2 * 16 * (300 + 768));
    expect(caller.names()).not.toContain('userSpeechEnd');
    caller.audio(silence(64));
    await caller.until(({ name }) => name === 'userSpeechEnd');
  });

  describe('signatures', () => {
    const client = (secret: string, id = 'local') => bedrockClient(simulator.endpoint, secret, id);

    it('refuses a request that was signed with another secret', async () => {
      await start();
      const caller = new VoiceCaller(client('other')).open();
      expect(await caller.ended).toMatchObject({
        name: 'InvalidSignatureException',
        $metadata: { httpStatusCode: 403 },
      });
    });

    it('refuses a key that it does not know, and a bearer key', async () => {
      await start();
      const unknown = new VoiceCaller(client('local', 'AKIAOTHER')).open();
      expect(await unknown.ended).toMatchObject({ name: 'UnrecognizedClientException' });
      const bearer = new BedrockRuntimeClient({
        region: 'us-east-1',
        endpoint: simulator.endpoint,
        token: { token: 'an-api-key' },
        authSchemePreference: ['httpBearerAuth'],
        logger: quiet,
      });
      expect(await new VoiceCaller(bearer).open().ended).toMatchObject({ name: 'AccessDeniedException' });
    });

    it('refuses a frame that was signed with another secret', async () => {
      await start();
      // The request is signed with the first answer of this provider, the frames with the next.
      let asked = 0;
      const changing = new BedrockRuntimeClient({
        region: 'us-east-1',
        endpoint: simulator.endpoint,
        authSchemePreference: ['sigv4'],
        logger: quiet,
        credentials: () =>
          Promise.resolve({
            accessKeyId: 'local',
            secretAccessKey: asked++ === 0 ? 'local' : 'other',
            expiration: new Date(0),
          }),
      });
      expect(await new VoiceCaller(changing).open().ended).toMatchObject({ name: 'InvalidSignatureException' });
    });

    it('checks none when told so', async () => {
      await start({ credentials: false });
      const caller = new VoiceCaller(client('other', 'AKIAOTHER')).open().speak(voiceLike(300));
      await caller.until(({ name }) => name === 'completionStart');
      caller.abort.abort();
    });

    it('reads temporary credentials and a model id with a colon, which is escaped twice in what is signed', async () => {
      await start();
      const temporary = new BedrockRuntimeClient({
        region: 'eu-north-1',
        endpoint: simulator.endpoint,
        authSchemePreference: ['sigv4'],
        logger: quiet,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 'session' },
      });
      const caller = new VoiceCaller(temporary, 'amazon.nova-sonic-v1:0').open().speak(voiceLike(300));
      await caller.until(({ name }) => name === 'completionStart');
      caller.abort.abort();
    });
  });

  it('gives a request id that the SDK finds', async () => {
    await start();
    const output = await bedrockClient(simulator.endpoint)
      .send(
        new InvokeModelWithBidirectionalStreamCommand({
          modelId: 'amazon.nova-2-sonic-v1:0',
          body: (async function* () {
            yield { chunk: { bytes: Buffer.from('{"event":{"sessionEnd":{}}}') } };
          })(),
        }),
      )
      .catch((error: { $metadata: object }) => error);
    expect(output).toMatchObject({ name: 'ValidationException' });
    expect(simulator.requests.last?.id).toMatch(/^[0-9a-f-]{36}$/);
  });
});
