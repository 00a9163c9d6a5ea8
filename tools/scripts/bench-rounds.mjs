// Measures and shows one table of a bench.
//
// A bench is a file whose default export is `async () => ({ tables, close? })`. A table is
//   { title, what, unit?, baseline, batch, rounds?, warmUp?, contenders: { name: work }, wanted?: [{ contender, against, atMost }] }
// where `work` does `batch` operations. What counts is processor time, not the clock of a machine that does other things
// too: of this process, or what `work` answers, in microseconds, where somebody else did the work. Contenders take turns, in
// another order each round, and a ratio is the median of the rounds' own ratios: a slow moment meets all of them alike.
// With `unit: 'clock'` `work` answers microseconds that passed, with `unit: 'bytes'` bytes.

// What is not processor time is a table of figures, `{ title, figures: async () => ({ head, rows }) }`, shown as it is.

const WARM_UP = 2;
const ROUNDS = 11;

/** The table with its numbers: microseconds for each operation, and how that relates to the baseline. */
export async function measure(table) {
  if (table.figures !== undefined) return { title: table.title, ...(await table.figures()) };
  const {
    title,
    what,
    unit = 'cpu',
    baseline,
    batch,
    rounds = ROUNDS,
    warmUp = WARM_UP,
    contenders,
    wanted = [],
  } = table;
  const names = Object.keys(contenders);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(turn + round + names.length * warmUp) % names.length];
      const before = process.cpuUsage();
      const told = await contenders[name]();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times[name].push((told ?? user + system) / batch);
    }
  }
  const ratio = (name, against) => median(times[name].map((time, round) => time / times[against][round]));
  return {
    title,
    what,
    unit,
    baseline,
    rounds,
    rows: names.map((name) => ({ name, microseconds: median(times[name]), toBaseline: ratio(name, baseline) })),
    wanted: wanted.map(({ contender, against, atMost }) => ({
      contender,
      against,
      atMost,
      measured: ratio(contender, against),
    })),
  };
}

const UNITS = { cpu: 'processor time', clock: 'time that passed', bytes: 'memory' };

/** A table as people read it. */
export function formatTable({ title, what, unit = 'cpu', baseline, rounds, head, rows, wanted }) {
  if (head !== undefined) return [title, ...align([head, ...rows])].join('\n');
  const perSecond = (text) => (unit === 'cpu' ? [text] : []);
  const cells = [
    [
      '',
      `${unit === 'bytes' ? 'bytes' : 'µs'} a ${what}`,
      ...perSecond(`${what}s a second of one core`),
      `${baseline} = 1`,
    ],
    ...rows.map(({ name, microseconds, toBaseline }) => [
      name,
      microseconds.toFixed(1),
      ...perSecond(Math.round(1e6 / microseconds).toLocaleString('en')),
      toBaseline.toFixed(toBaseline < 0.1 ? 4 : 2),
    ]),
  ];
  const goals = wanted.map(({ contender, against, atMost, measured }) => {
    const verdict = measured <= atMost ? 'met' : 'MISSED';
    return `wanted: ${contender} at most ${atMost.toFixed(2)} of ${against}; measured ${measured.toFixed(3)}: ${verdict}`;
  });
  return [`${title} (median of ${rounds} rounds, ${UNITS[unit]})`, ...align(cells), ...goals].join('\n');
}

/** Names to the left, numbers to the right. */
function align(cells) {
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
  );
}

/** The middle one; the mean of both where there are two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
}
