const load = () => import('./bench-rounds.mjs');

it('lets contenders take turns, drops the warm-up, and compares within each round', async () => {
  const { measure, formatTable } = await load();
  const turns: string[] = [];
  // The second half of the rounds is ten times slower for everybody.
  const slowness = (name: string) => (turns.filter((turn) => turn === name).length > 4 ? 10 : 1);
  const contender = (name: string, time: number) => async () => {
    turns.push(name);
    return time * slowness(name);
  };
  const table = await measure({
    title: 'Two',
    what: 'check',
    baseline: 'base',
    batch: 10,
    rounds: 4,
    contenders: { base: contender('base', 1_000), ours: contender('ours', 500) },
    wanted: [
      { contender: 'ours', against: 'base', atMost: 0.6 },
      { contender: 'ours', against: 'base', atMost: 0.4 },
    ],
  });
  expect(turns.join(' ')).toBe('base ours ours base base ours ours base base ours ours base');
  expect(table.rows).toEqual([
    { name: 'base', microseconds: 550, toBaseline: 1 },
    { name: 'ours', microseconds: 275, toBaseline: 0.5 },
  ]);
  const text = formatTable(table);
  expect(text).toContain('wanted: ours at most 0.60 of base; measured 0.500: met');
  expect(text).toContain('wanted: ours at most 0.40 of base; measured 0.500: MISSED');
  expect(text).toMatch(/^ours +275\.0 +3,636 +0\.50$/m);
});

it('counts processor time, where nobody says otherwise', async () => {
  const { measure } = await load();
  const spin = () => {
    for (let n = 0; n < 2e6; n += 1) Math.sqrt(n);
  };
  const { rows } = await measure({ title: '', what: '', baseline: 'spin', batch: 1, rounds: 3, contenders: { spin } });
  expect(rows[0]!.microseconds).toBeGreaterThan(0);
});

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
])('the median of %j is %d', async (values, middle) => expect((await load()).median(values)).toBe(middle));

it('shows a table of figures as it is', async () => {
  const { measure, formatTable } = await load();
  const figures = async () => ({ head: ['', 'p50'], rows: [['to silence', '120']] });
  expect(formatTable(await measure({ title: 'Loop', figures }))).toBe('Loop\n            p50\nto silence  120');
});
