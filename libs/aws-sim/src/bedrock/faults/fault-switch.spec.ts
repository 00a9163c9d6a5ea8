import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultSchema, ManualClock, startBedrock, type BedrockSimulator } from '../index';
import { FaultSwitch } from './fault-switch';

describe('FaultSwitch', () => {
  const kinds = (faults: { all: readonly { kind: string }[] }) => faults.all.map(({ kind }) => kind);

  it('hits one request with each `next`, in order', () => {
    const faults = new FaultSwitch(new ManualClock());
    faults.next({ kind: 'drop' });
    faults.next({ kind: 'reset' });
    expect([1, 2, 3].map(() => kinds(faults.take('voice')))).toEqual([['drop'], ['reset'], []]);
  });

  it('spares requests of other operations', () => {
    const faults = new FaultSwitch(new ManualClock());
    faults.next({ kind: 'drop', operation: 'retrieve' });
    expect(kinds(faults.take('voice'))).toEqual([]);
    expect(kinds(faults.take('retrieve'))).toEqual(['drop']);
  });

  it('hits all requests for a while, until a promise settles, or until it is stopped', async () => {
    const clock = new ManualClock();
    const faults = new FaultSwitch(clock);
    faults.during(100, { kind: 'slow' });
    let settle = () => undefined as void;
    faults.during(new Promise<void>((resolve) => (settle = resolve)), { kind: 'missingUsage' });
    const stop = faults.during(1_000, { kind: 'goaway' });
    expect(kinds(faults.take('voice'))).toEqual(['slow', 'missingUsage', 'goaway']);
    await clock.advance(100);
    expect(kinds(faults.take('voice'))).toEqual(['missingUsage', 'goaway']);
    settle();
    await clock.advance(0);
    stop();
    expect(kinds(faults.take('voice'))).toEqual([]);
  });

  it('takes no fault that does not exist, and no parameter out of range', () => {
    const faults = new FaultSwitch(new ManualClock());
    expect(() => faults.next({ kind: 'explode' } as never)).toThrow();
    expect(() => faults.next({ kind: 'http', status: 418 as never })).toThrow();
    expect(() => faults.next({ kind: 'drop', afterFrames: -1 })).toThrow();
  });
});

it.each(faultSchema.options.map(({ shape }) => shape.kind.value))('the README says what %s does', (kind) => {
  const readme = readFileSync(join(__dirname, '../../../README.md'), 'utf8');
  expect(readme).toMatch(new RegExp(`^\\| \`${kind}\` +\\|`, 'm'));
});

describe('the control route', () => {
  let simulator: BedrockSimulator;
  beforeAll(async () => void (simulator = await startBedrock()));
  afterAll(() => simulator.close());

  const control = (body: unknown, method = 'POST') =>
    fetch(`${simulator.endpoint}/_sim/faults`, { method, ...(method === 'POST' && { body: JSON.stringify(body) }) });
  const retrieve = (headers: Record<string, string> = {}) =>
    fetch(`${simulator.endpoint}/knowledgebases/PARLEYDOCS/retrieve`, {
      method: 'POST',
      headers,
      body: '{"retrievalQuery":{"text":"anything"}}',
    });

  it('switches faults on and off by hand', async () => {
    const answer = await control({
      next: [{ kind: 'http', status: 503 }],
      during: { ms: 60_000, fault: { kind: 'slow' } },
    });
    expect(await answer.json()).toMatchObject({
      next: [{ kind: 'http', status: 503 }],
      during: [{ fault: { kind: 'slow', everyMs: 100 }, forMs: expect.any(Number) }],
    });
    expect((await retrieve()).status).toBe(503);
    expect((await retrieve()).status).toBe(200);
    expect(await (await control(undefined, 'DELETE')).json()).toEqual({ next: [], during: [] });
  });

  it('answers 400 for what is no fault', async () => {
    for (const body of [{ next: { kind: 'explode' } }, { during: { fault: { kind: 'drop' } } }, []]) {
      expect((await control(body)).status).toBe(400);
    }
  });

  it('takes a fault for one request from its header, in full or by its kind', async () => {
    const busy = await retrieve({ 'x-sim-fault': '{"kind":"http","status":429,"retryAfterSeconds":7}' });
    expect([busy.status, busy.headers.get('retry-after'), busy.headers.get('x-amzn-errortype')]).toEqual([
      429,
      '7',
      'ThrottlingException',
    ]);
    await expect(retrieve({ 'x-sim-fault': 'http' })).resolves.toMatchObject({ status: 400 });
    await expect(retrieve({ 'x-sim-fault': '{' })).resolves.toMatchObject({ status: 400 });
    expect((await retrieve()).status).toBe(200);
  });
});
