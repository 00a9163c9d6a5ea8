import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { setImmediate as turn } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { startBedrock, type BedrockSimulator, type FaultInput } from '@parley/aws-sim';
import type { SpeechModel } from '../../../call/ports/speech-model.port';
import { ModelCaller } from './model-caller';

/** Makes the adapter that is tested, with the simulator's credentials unless others are given. */
export type MakeModel = (
  endpoint: string,
  options?: {
    secretAccessKey?: string;
    sessionToken?: string;
    startMs?: number;
    modelId?: string;
    /** Told each time credentials are asked for. */
    onCredentials?: (forceRefresh: boolean) => void;
  },
) => SpeechModel;

/** What every adapter of the port promises, against the strict simulator: it checks each signature and each event. */
export function speechModelContract(name: string, makeModel: MakeModel): void {
  describe(`the port to the speech model, through ${name}`, () => {
    let simulator: BedrockSimulator;
    const callers: ModelCaller[] = [];
    beforeAll(async () => {
      simulator = await startBedrock({ voice: { pace: { audio: 200, playback: 200 } } });
    });
    afterAll(() => simulator.close());
    afterEach(() => {
      callers.splice(0).forEach(({ stop }) => stop.abort());
      simulator.faults.clear();
    });

    const call = (fault?: FaultInput, options?: Parameters<MakeModel>[1]) => {
      if (fault) simulator.faults.next(fault);
      const caller = new ModelCaller(makeModel(simulator.endpoint, options));
      callers.push(caller);
      return caller;
    };
    const allClosed = async () => {
      if (simulator.streams() > 0) await simulator.requests.until(() => simulator.streams() === 0);
    };

    it('opens a stream, speaks and hears in turns, and ends as asked', async () => {
      const caller = call().speak();
      await caller.heard('audioOutput');
      expect(caller.names.slice(0, 3)).toEqual(['userSpeechStart', 'completionStart', 'userSpeechEnd']);
      const before = caller.names.length;
      // Said only after the answer came: both ways are incremental.
      caller.speak('27');
      await caller.heard('userSpeechEnd', 2);
      expect(caller.names.length).toBeGreaterThan(before);
      caller.leave();
      expect(await caller.ended).toBeUndefined();
      expect(caller.names).toContain('completionEnd');
      expect(simulator.requests.last).toMatchObject({ outcome: 'answered', inputEnded: true });
      await allClosed();
    });

    it('sends each frame of audio whole and in order', async () => {
      const caller = call().audio(Buffer.alloc(1_024 * 300));
      const record = await simulator.requests.until(({ audioEvents }) => audioEvents === 300);
      expect(record).toMatchObject({ outcome: 'open', audioBytes: 1_024 * 300 });
      expect(caller.taken).toBeGreaterThan(300);
    });

    it.each([
      [400, 'ValidationException'],
      [403, 'AccessDeniedException'],
      [404, 'ResourceNotFoundException'],
      [408, 'ModelTimeoutException'],
      [424, 'ModelErrorException'],
      [429, 'ThrottlingException'],
      [500, 'InternalServerException'],
      [503, 'ServiceUnavailableException'],
    ] as const)('status %i is thrown as %s, after one attempt', async (status, errorName) => {
      const before = simulator.requests.all.length;
      const caller = call({ kind: 'http', status, message: 'Because.', retryAfterSeconds: 1 }).speak();
      expect(await caller.ended).toMatchObject({ name: errorName, message: 'Because.' });
      expect(simulator.requests.all.length).toBe(before + 1);
      await allClosed();
    });

    it.each([
      'internalServerException',
      'modelStreamErrorException',
      'validationException',
      'throttlingException',
      'modelTimeoutException',
      'serviceUnavailableException',
    ])('%s as the first frame, and in the middle, is thrown under its class name', async (frameName) => {
      const failure = { name: frameName.charAt(0).toUpperCase() + frameName.slice(1), message: 'Because.' };
      const first = call({ kind: 'exception', name: frameName, message: 'Because.' }).speak();
      expect(await first.ended).toMatchObject(failure);
      expect(first.names).toEqual([]);
      const later = call({ kind: 'exception', name: frameName, message: 'Because.', afterFrames: 3 }).speak();
      expect(await later.ended).toMatchObject(failure);
      expect(later.names).toHaveLength(3);
      await allClosed();
    });

    it.each([0, 2])(
      'an exception that nobody knows yet is thrown under its class name, after %i frames',
      async (afterFrames) => {
        const caller = call({ kind: 'exception', name: 'laterException', afterFrames }).speak();
        expect(await caller.ended).toMatchObject({ name: 'LaterException' });
      },
    );

    it.each<FaultInput>([
      { kind: 'http', status: 403, type: 'ExpiredTokenException' },
      { kind: 'exception', name: 'expiredTokenException', afterFrames: 2 },
    ])('after credentials that expired the next stream is opened with fresh ones, and only that: %j', async (fault) => {
      const asked: boolean[] = [];
      const model = makeModel(simulator.endpoint, { onCredentials: (forceRefresh) => asked.push(forceRefresh) });
      simulator.faults.next(fault);
      const struck = new ModelCaller(model).speak();
      expect(await struck.ended).toMatchObject({ name: 'ExpiredTokenException' });
      for (let n = 0; n < 2; n += 1) {
        const caller = new ModelCaller(model).speak();
        callers.push(caller);
        await caller.heard('audioOutput');
      }
      expect(asked.filter(Boolean)).toHaveLength(1);
      expect(asked.indexOf(true)).toBe(1);
    });

    it('a frame of type error is thrown', async () => {
      const caller = call({ kind: 'errorFrame', code: 'Odd', message: 'Strange.', afterFrames: 1 }).speak();
      expect(await caller.ended).toMatchObject({ message: expect.stringContaining('Strange.') });
    });

    it.each(['a wrong secret', 'an unknown model'])('%s is refused before the stream', async (what) => {
      const caller =
        what === 'a wrong secret'
          ? call(undefined, { secretAccessKey: 'wrong' })
          : call(undefined, { modelId: 'amazon.unknown-v1:0' });
      expect(await caller.ended).toMatchObject({
        name:
          what === 'a wrong secret'
            ? expect.stringMatching(/^(InvalidSignature|AccessDenied)Exception$/)
            : 'ResourceNotFoundException',
      });
    });

    // The end of the output proves nothing: whoever did not ask for it takes it for a loss. An error may say more.
    it.each<FaultInput>([
      { kind: 'drop', afterFrames: 0 },
      { kind: 'drop', afterFrames: 3 },
      { kind: 'drop', beforeHeaders: true },
      { kind: 'reset', afterFrames: 0 },
      { kind: 'reset', afterFrames: 3 },
      { kind: 'reset', beforeHeaders: true },
      { kind: 'end', afterFrames: 0 },
      { kind: 'end', afterFrames: 3 },
      { kind: 'halfFrame', afterFrames: 2 },
      { kind: 'badChecksum', afterFrames: 2 },
    ])('a lost stream ends the output, and is no failure that the model named: %j', async (fault) => {
      const caller = call(fault).speak();
      const { name: errorName = '' } = ((await caller.ended) ?? {}) as Error;
      expect(errorName).not.toMatch(/Exception$|Abort|StartTimeout/);
      expect(caller.names.length).toBeLessThanOrEqual('afterFrames' in fault ? (fault.afterFrames ?? 0) : 0);
      await allClosed();
    });

    it('damage is told from an end: half a frame, and a wrong checksum', async () => {
      expect(await call({ kind: 'halfFrame', afterFrames: 2 }).speak().ended).toBeInstanceOf(Error);
      expect(await call({ kind: 'badChecksum', afterFrames: 2 }).speak().ended).toBeInstanceOf(Error);
    });

    it('GOAWAY changes nothing for the stream', async () => {
      const caller = call({ kind: 'goaway', afterFrames: 2 }).speak();
      await caller.heard('audioOutput');
      caller.leave();
      expect(await caller.ended).toBeUndefined();
      expect(caller.names).toContain('completionEnd');
    });

    it('a peer that never answers is given up after the time to start', async () => {
      const caller = call({ kind: 'silence' }, { startMs: 500 }).speak();
      expect(await caller.ended).toMatchObject({ name: 'StartTimeout' });
      await allClosed();
    });

    it('a peer that is not there is an error', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      const caller = new ModelCaller(makeModel(`http://127.0.0.1:${port}`));
      expect(await caller.ended).toMatchObject({ message: expect.any(String) });
    });

    it.each(['before it begins', 'before an answer', 'in the middle of one'])(
      'an abort %s ends the output without an error',
      async (when) => {
        if (when === 'before it begins') {
          const stopped = new AbortController();
          stopped.abort();
          const { output } = makeModel(simulator.endpoint).open((async function* () {})(), stopped.signal);
          for await (const bytes of output) expect(bytes).toBeUndefined();
          return;
        }
        const caller = call(when === 'before an answer' ? { kind: 'stall', afterFrames: 0 } : undefined).speak();
        if (when === 'before an answer') await simulator.requests.until(({ events }) => events.length > 4);
        else await caller.heard('audioOutput');
        const { last } = simulator.requests;
        caller.stop.abort();
        expect(await caller.ended).toBeUndefined();
        await simulator.requests.until((record) => record === last && record.outcome === 'cancelled');
        await allClosed();
      },
    );

    it('a reader who leaves ends the stream', async () => {
      const caller = new ModelCaller(makeModel(simulator.endpoint), () => {
        throw new Error('enough');
      });
      caller.speak();
      expect(await caller.ended).toMatchObject({ message: 'enough' });
      await allClosed();
    });

    it.each<FaultInput>([
      { kind: 'http', status: 503 },
      { kind: 'drop', afterFrames: 2 },
      { kind: 'exception', name: 'throttlingException' },
    ])('takes nothing from the input once the stream is over: %j', async (fault) => {
      const caller = call(fault).speak();
      await caller.ended;
      const { taken } = caller;
      caller.audio(Buffer.alloc(1_024 * 20));
      await turn();
      expect(caller.taken - taken).toBeLessThanOrEqual(1);
    });

    describe('under pressure', () => {
      let server: Http2Server;
      let sessions: Set<ServerHttp2Session>;
      const streams: ServerHttp2Stream[] = [];
      beforeEach(async () => {
        sessions = new Set();
        server = createServer();
        server.on('session', (session) => {
          sessions.add(session);
          session.on('close', () => sessions.delete(session));
        });
        server.on('stream', (stream) => {
          stream.on('error', () => undefined);
          stream.pause();
          streams.push(stream);
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      });
      afterEach(async () => {
        streams.splice(0);
        for (const session of sessions) session.destroy();
        await new Promise((resolve) => server.close(resolve));
      });

      it('stops taking audio that nobody reads: what waits is in the queue, which can drop it', async () => {
        const { port } = server.address() as AddressInfo;
        const caller = new ModelCaller(makeModel(`http://127.0.0.1:${port}`));
        callers.push(caller);
        caller.audio(Buffer.alloc(1_024 * 1_500));
        await caller.until(() => caller.taken > 20);
        // Fifty turns of the loop in which nothing more was taken.
        const history = [caller.taken];
        while (history.at(-1) !== history.at(-50) || history.length < 50) {
          await turn();
          history.push(caller.taken);
        }
        expect(caller.taken).toBeLessThan(500);
        caller.stop.abort();
        expect(await caller.ended).toBeUndefined();
      });
    });

    it('does not read what its reader does not take', async () => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const caller = new ModelCaller(makeModel(simulator.endpoint), () => held);
      callers.push(caller);
      // Answers are the speaker's own words: a minute of them is far more than any window.
      caller.speak('4271098365'.repeat(6));
      await simulator.requests.until(({ sent, outcome }) => sent.includes('audioOutput') || outcome !== 'open');
      await caller.heard('userSpeechStart');
      expect(caller.names).toHaveLength(1);
      release();
      await caller.heard('audioOutput');
      caller.leave();
      expect(await caller.ended).toBeUndefined();
    });

    it('a hundred streams, ended in every way, leave no stream and no connection', async () => {
      const ways: (FaultInput | undefined)[] = [
        undefined,
        { kind: 'http', status: 429 },
        { kind: 'drop', afterFrames: 1 },
        { kind: 'reset', afterFrames: 1 },
        { kind: 'exception', name: 'modelStreamErrorException', afterFrames: 1 },
      ];
      const before = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
      for (let n = 0; n < 20; n += 1) {
        for (const fault of ways) {
          const caller = call(fault).speak();
          if (!fault) caller.leave();
          await caller.ended;
        }
      }
      await allClosed();
      for (let turns = 0; turns < 1_000; turns += 1) {
        if (process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length <= before) break;
        await turn();
      }
      expect(process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length).toBeLessThanOrEqual(
        before,
      );
    });
  });
}
