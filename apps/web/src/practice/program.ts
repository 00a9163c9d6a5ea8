import type { Problem } from './problems';

/** What a program says while it runs, in this order; see `harness`. */
export type ProgramMessage =
  | { type: 'log'; text: string }
  | { type: 'test'; passed: boolean; got: string; threw: boolean }
  | { type: 'missing' }
  | { type: 'done' };

export interface Program {
  text: string;
  /** The line of `text` that the person's first line is on, from 1. */
  firstLine: number;
}

/** The text of a worker: the person's code between what hears its console and what runs the tests. */
export function programOf(code: string, { entry, tests }: Pick<Problem, 'entry' | 'tests'>): Program {
  const before = `"use strict"; const parleyJudge = (${harness.toString()})(self);\n`;
  // `typeof` also where the function was never declared.
  const after = `\n;parleyJudge(typeof ${entry} === 'undefined' ? undefined : ${entry}, ${JSON.stringify(tests)});`;
  return { text: before + code + after, firstLine: before.split('\n').length };
}

/** Stands in the worker as text: it may use nothing from outside. */
function harness(scope: { postMessage: (message: ProgramMessage) => void; console: object }) {
  const mostLines = 100;
  const mostCharacters = 500;
  const post = scope.postMessage.bind(scope);
  const show = (value: unknown): string => {
    if (value === null || !['object', 'string', 'boolean'].includes(typeof value)) return String(value);
    try {
      return JSON.stringify(value);
    } catch {
      return String(value); // a cycle
    }
  };
  let lines = 0;
  const log = (...values: unknown[]): void => {
    if ((lines += 1) > mostLines) return;
    const text = values.map((value) => (typeof value === 'string' ? value : show(value))).join(' ');
    post({ type: 'log', text: text.slice(0, mostCharacters) });
  };
  Object.assign(scope.console, { log, info: log, warn: log, error: log, debug: log });

  return async (solve: unknown, tests: Problem['tests']): Promise<void> => {
    if (typeof solve !== 'function') return post({ type: 'missing' });
    for (const { input, expected } of tests) {
      const result: ProgramMessage = { type: 'test', passed: false, got: '', threw: false };
      try {
        const got = show(await (solve as (...input: readonly unknown[]) => unknown)(...input));
        // Compared as they are shown: what differs to the eye differs.
        Object.assign(result, { passed: got === show(expected), got: got.slice(0, mostCharacters) });
      } catch (error) {
        Object.assign(result, { threw: true, got: String(error).slice(0, mostCharacters) });
      }
      post(result);
    }
    post({ type: 'done' });
  };
}
