import { TestDynamo } from '@parley/conversations/testing';
import { Budget } from './budget';
import { Ceilings, type CeilingsOptions } from './ceilings';
import { DynamoCounters } from './dynamo-counters';
import { Switches } from './switches';

const dynamo = new TestDynamo();
let table: string;
let now = Date.UTC(2026, 0, 1, 12);
beforeAll(() => dynamo.start());
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1, 12);
  table = await dynamo.createTable();
});
afterAll(() => dynamo.stop());

const faults: string[] = [];
const report = (what: string) => void faults.push(what);

/** A process of a service. They share the table only. */
function process(more: Partial<CeilingsOptions> = {}) {
  const counters = new DynamoCounters(dynamo.client(), table, () => now);
  const ceilings = new Ceilings({
    counters,
    deployment: {},
    guests: {},
    report,
    now: () => now,
    everyMs: 3_600_000,
    ...more,
  });
  const switches = new Switches(counters, report);
  const users = { requestsPerMinute: 10, tokensPerDay: 1_000, concurrent: 3 };
  const guests = { requestsPerMinute: 2, tokensPerDay: 100, concurrent: 1 };
  const budget = new Budget({ counters, ceilings, switches, users, guests, report, now: () => now });
  let ids = 0;
  const reserve = (principalId: string, use: { tokens?: number; guest?: boolean; assistant?: object } = {}) =>
    budget.reserve({
      principalId,
      id: `${principalId}-${(ids += 1)}-${Math.random()}`,
      tokens: use.tokens ?? 10,
      leaseMs: 60_000,
      guest: use.guest ?? false,
      assistant: { id: 'general', ...use.assistant },
    });
  return { reserve, budget, ceilings, switches, counters };
}

describe('a principal’s own limits', () => {
  it('hold across processes that ask at the same moment', async () => {
    const [one, two] = [process(), process()];
    const attempts = Array.from({ length: 12 }, (_, index) => (index % 2 ? one : two).reserve('alice'));
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({ code: 'too_many_requests', status: 429 });
        expect(result.reason.facts()).toMatchObject({
          limit: 'concurrent',
          remainingConcurrent: 0,
          retryAfterMs: 1_000,
        });
      }
    }
    await expect(one.reserve('bob')).resolves.toBeDefined();
  });

  it('say what remains: of requests, of tokens', async () => {
    const { reserve } = process();
    await (await reserve('alice', { tokens: 900 })).settle(850);
    await expect(reserve('alice', { tokens: 200 })).rejects.toMatchObject({
      message: expect.any(String),
      retryAfterMs: 43_200_000,
    });
    const refusal = await reserve('alice', { tokens: 200 }).catch((error) => error.facts());
    expect(refusal).toMatchObject({ limit: 'tokensPerDay', remainingTokens: 150, remainingRequests: 9 });
    for (let index = 0; index < 9; index += 1) await (await reserve('alice', { tokens: 1 })).settle(0);
    const tooMany = await reserve('alice', { tokens: 1 }).catch((error) => error.facts());
    expect(tooMany).toMatchObject({ limit: 'requestsPerMinute', remainingRequests: 0, retryAfterMs: 60_000 });
  });

  it('are narrower for guests', async () => {
    const { reserve } = process();
    await reserve('guest-1', { guest: true });
    await expect(reserve('guest-1', { guest: true })).rejects.toMatchObject({ code: 'too_many_requests' });
  });
});

describe('a ceiling', () => {
  it('of the deployment closes all processes once they have heard of each other, and opens again at midnight', async () => {
    const deployment = { tokensPerDay: 100 };
    const [one, two] = [process({ deployment }), process({ deployment })];
    await (await one.reserve('alice')).settle(60);
    await (await two.reserve('bob')).settle(60);
    await one.ceilings.exchangeAll();
    await two.ceilings.exchangeAll();
    const refusal = { code: 'budget_reached', kind: 'unavailable', retryAfterMs: 43_200_000 };
    await expect(two.reserve('carol')).rejects.toMatchObject(refusal);
    // A process that starts now knows it too.
    await expect(process({ deployment }).reserve('carol')).rejects.toMatchObject(refusal);
    now += 43_200_000;
    await expect(two.reserve('carol')).resolves.toBeDefined();
  });

  it('of an assistant leaves the others open', async () => {
    const { reserve } = process();
    const small = { id: 'small', ceiling: { callsPerDay: 1 } };
    await reserve('alice', { assistant: small });
    await expect(reserve('bob', { assistant: small })).rejects.toMatchObject({ code: 'budget_reached' });
    await expect(reserve('bob')).resolves.toBeDefined();
  });

  it('of all guests together leaves users in', async () => {
    const { reserve } = process({ guests: { callsPerDay: 2 } });
    await reserve('guest-1', { guest: true });
    await reserve('guest-2', { guest: true });
    await expect(reserve('guest-3', { guest: true })).rejects.toMatchObject({ code: 'budget_reached' });
    await expect(reserve('alice')).resolves.toBeDefined();
  });

  it('tells how far everybody is today, for each of the ceilings', async () => {
    const ceilings = { deployment: { tokensPerDay: 1_000 }, guests: { callsPerDay: 5 } };
    const [one, two] = [process(ceilings), process(ceilings)];
    const small = { id: 'small', ceiling: { callsPerDay: 3 } };
    await (await one.reserve('guest-1', { guest: true, assistant: small })).settle(60);
    await (await two.reserve('alice')).settle(40);
    await Promise.all([one, two].map((each) => each.ceilings.exchangeAll()));
    const today = await two.ceilings.today([small, { id: 'general' }]);
    expect(today).toEqual([
      { over: 'deployment', tokensPerDay: 1_000, tokens: 100, calls: 2 },
      { over: 'guests', callsPerDay: 5, tokens: 60, calls: 1 },
      { over: 'assistant', assistant: 'small', callsPerDay: 3, tokens: 60, calls: 1 },
      { over: 'assistant', assistant: 'general', tokens: 40, calls: 1 },
    ]);
    now += 43_200_000;
    expect((await two.ceilings.today([])).map(({ tokens, calls }) => [tokens, calls])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('loses nothing that could not be told: it is told later', async () => {
    const { reserve, ceilings, counters } = process({ deployment: { tokensPerDay: 100 } });
    await (await reserve('alice')).settle(150);
    const add = counters.add.bind(counters);
    counters.add = () => Promise.reject(new Error('away'));
    await ceilings.exchangeAll();
    expect(faults).toContain('a budget could not be counted');
    await expect(reserve('bob')).rejects.toMatchObject({ code: 'budget_reached' });
    counters.add = add;
    await ceilings.exchangeAll();
    expect(await counters.add('2026-01-01/deployment', 1, {})).toMatchObject({ tokens: 150, calls: 1 });
  });
});

it('what goes on in another process keeps its place there, and pays also after a ceiling is reached', async () => {
  const deployment = { tokensPerDay: 100, callsPerDay: 1 };
  const [one, two] = [process({ deployment }), process({ deployment })];
  const use = { ...{ principalId: 'alice', guest: false, id: 'call', tokens: 10, leaseMs: 60_000 } };
  await one.budget.reserve({ ...use, assistant: { id: 'general' } });
  const place = two.budget.goOn({ ...use, assistant: { id: 'general' } });
  await place.progress(150);
  const kept = async () => {
    let allowance: unknown;
    await two.counters.change('allowance/alice', 1, (value) => void (allowance = value));
    return allowance;
  };
  expect(await kept()).toMatchObject({ tokens: 150, requests: 1, running: { call: { reserved: 0 } } });
  await place.settle(50);
  expect(await kept()).toMatchObject({ tokens: 200, requests: 1, running: {} });
  await place.settle(7);
  expect(await kept()).toMatchObject({ tokens: 207, requests: 1, running: {} });
  await Promise.all([one, two].map(({ ceilings }) => ceilings.exchangeAll()));
  expect(await one.counters.add('2026-01-01/deployment', 1, {})).toMatchObject({ tokens: 207, calls: 1 });
});

it('an assistant that was switched off in one process is off in all of them, and on again', async () => {
  const [one, two] = [process(), process()];
  await one.switches.set('general', false);
  await expect(one.reserve('alice')).rejects.toMatchObject({ code: 'assistant_off', kind: 'unavailable' });
  two.switches.start();
  while (!two.switches.isOff('general')) await new Promise((resolve) => setImmediate(resolve));
  await expect(two.reserve('alice')).rejects.toMatchObject({ code: 'assistant_off' });
  await two.switches.stop();
  await one.switches.set('general', true);
  await expect(one.reserve('alice')).resolves.toBeDefined();
});
