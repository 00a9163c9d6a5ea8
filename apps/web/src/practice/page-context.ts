import type { Problem } from './problems';

/** What the coach's `context` takes at most of each; see `GET /api/assistants`. */
const MOST = { problem: 6_000, code: 12_000, lastTestOutput: 4_000 };

/** What the coach sees of the page. What is too long ends early, and says so: a refused question would help nobody. */
export function pageContextOf(problem: Problem, code: string, lastTestOutput: string | undefined) {
  return {
    problem: cut([problem.title, ...problem.text].join('\n\n'), MOST.problem),
    code: cut(code, MOST.code),
    language: 'JavaScript',
    ...(lastTestOutput === undefined ? {} : { lastTestOutput: cut(lastTestOutput, MOST.lastTestOutput) }),
  };
}

const END = '\n[cut here]';
const cut = (text: string, most: number): string =>
  text.length <= most ? text : text.slice(0, most - END.length) + END;
