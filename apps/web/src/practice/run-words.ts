import { callOf, type Problem } from './problems';
import { LIMIT_MS, type Run, type RunEnd } from './run-code';

/** The end of a run in one sentence. */
export function summaryOf({ tests }: Problem, { tests: results, end }: Run): string {
  const passed = results.filter((result) => result.passed).length;
  const of = `${passed} of ${tests.length} tests passed`;
  return end.type === 'done' ? `${of}.` : `${troubleOf(end)} ${of}.`;
}

function troubleOf(end: Exclude<RunEnd, { type: 'done' }>): string {
  switch (end.type) {
    case 'late':
      return `Stopped after ${LIMIT_MS / 1_000} seconds: is there a loop that never ends?`;
    case 'missing':
      return 'The function that the tests call is not there.';
    case 'broken':
      return `${end.message.replace(/^Uncaught /, '')}${end.line > 0 ? ` (line ${end.line})` : ''}.`;
    case 'lost':
      return 'This browser could not run the code.';
  }
}

/** The whole output as text: for the person to read, and for the coach. */
export function outputOf(problem: Problem, run: Run): string {
  const tests = problem.tests.map(({ input, expected }, n) => {
    const result = run.tests[n];
    const call = callOf(problem, input);
    if (result === undefined) return `not run  ${call}`;
    if (result.passed) return `passed   ${call}`;
    const got = result.threw ? `threw ${result.got}` : `gave ${result.got}`;
    return `failed   ${call}\n         expected ${JSON.stringify(expected)}, ${got}`;
  });
  const printed = run.logs.length === 0 ? [] : ['', 'Printed:', ...run.logs];
  return [summaryOf(problem, run), '', ...tests, ...printed].join('\n');
}
