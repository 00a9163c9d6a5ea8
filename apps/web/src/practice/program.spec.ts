import { runInNewContext } from 'node:vm';
import { PROBLEMS } from './problems';
import { programOf, type ProgramMessage } from './program';

const double = { entry: 'double', tests: [{ input: [2], expected: 4 }, { input: [[1]], expected: [1, 1] }] }; // prettier-ignore

/** Runs the very text that a worker would, until it has no more to say. */
async function run(code: string, problem: Parameters<typeof programOf>[1] = double): Promise<ProgramMessage[]> {
  const said: ProgramMessage[] = [];
  const scope = { postMessage: (message: ProgramMessage) => void said.push(message), console: {} };
  await runInNewContext(programOf(code, problem).text, { self: scope, console: scope.console });
  return said;
}
const outcomes = (said: ProgramMessage[]) => said.flatMap((one) => (one.type === 'test' ? [one.passed] : []));

const solutions: Record<string, string> = {
  'two-sum': `const twoSum = (numbers, target) => { const seen = new Map();
    for (const [at, n] of numbers.entries()) { if (seen.has(target - n)) return [seen.get(target - n), at]; seen.set(n, at); } };`,
  'balanced-brackets': `function isBalanced(text) { const open = []; const pairs = { ')': '(', ']': '[', '}': '{' };
    for (const sign of text) { if ('([{'.includes(sign)) open.push(sign); else if (pairs[sign] && open.pop() !== pairs[sign]) return false; }
    return open.length === 0; }`,
  'merge-intervals': `function mergeIntervals(all) { const out = []; for (const [from, to] of all.sort((a, b) => a[0] - b[0]))
    if (out.length && from <= out.at(-1)[1]) out.at(-1)[1] = Math.max(to, out.at(-1)[1]); else out.push([from, to]); return out; }`,
  'run-lengths': `async function runLengths(text) { return text.replace(/(.)\\1+/g, (run) => run[0] + run.length); }`,
};

it.each(PROBLEMS.map((problem) => [problem.id, problem] as const))(
  '%s: its tests pass with a solution, and not with what the editor begins with',
  async (id, problem) => {
    const all = problem.tests.map(() => true);
    expect(outcomes(await run(solutions[id]!, problem))).toEqual(all);
    expect(outcomes(await run(problem.starter, problem))).toEqual(all.map(() => false));
  },
);

it('says what a test got, also when it threw, and goes on with the next', async () => {
  expect(await run('function double(n) { return n.concat(n); }')).toEqual([
    { type: 'test', passed: false, threw: true, got: 'TypeError: n.concat is not a function' },
    { type: 'test', passed: true, threw: false, got: '[1,1]' },
    { type: 'done' },
  ]);
});

it('passes on what the code prints, as much as anybody would read', async () => {
  const said = await run(
    `for (let n = 0; n < 1000; n++) console.log('n is', n, { n }); console.log('x'.repeat(9999));`,
  );
  expect(said).toHaveLength(101);
  expect(said[1]).toEqual({ type: 'log', text: 'n is 1 {"n":1}' });
  expect(await run(`console.warn('x'.repeat(9999))`)).toMatchObject([{ text: 'x'.repeat(500) }, { type: 'missing' }]);
});

it('says when the function is not there', async () => {
  expect(await run('// nothing yet')).toEqual([{ type: 'missing' }]);
});

it('shows what JSON has no word for, and takes none of it for another', async () => {
  const made = { entry: 'make', tests: [{ input: [], expected: null }] };
  for (const [made_, shown] of [
    ['undefined', 'undefined'],
    ['NaN', 'NaN'],
    ['10n', '10'],
    ['Symbol("s")', 'Symbol(s)'],
  ])
    // prettier-ignore
    expect(await run(`const make = () => ${made_}`, made)).toMatchObject([{ passed: false, got: shown }, {}]);
  const cycle = await run('const make = () => { const one = {}; one.one = one; return one; }', made);
  expect(cycle[0]).toMatchObject({ passed: false, got: '[object Object]' });
});

it('knows on which line the person’s code begins', () => {
  const { text, firstLine } = programOf('the first line', double);
  expect(text.split('\n')[firstLine - 1]).toBe('the first line');
});
