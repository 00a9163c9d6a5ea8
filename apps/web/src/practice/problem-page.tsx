import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { SessionUser } from '@parley/client';
import { Loading } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { Coach } from './coach';
import { keepDraft, readDraft } from './drafts';
import { pageContextOf } from './page-context';
import { callOf, type Problem } from './problems';
import { programOf } from './program';
import { runCode, type Run } from './run-code';
import { outputOf, summaryOf } from './run-words';

const CodeEditor = lazy(() => import('./code-editor'));

interface ProblemPageProps {
  problem: Problem;
  user: SessionUser;
  onChange: () => void;
}

/** One problem: what is asked, the code, what its tests say, and the coach. */
export function ProblemPage({ problem, user, onChange }: ProblemPageProps) {
  usePageTitle(problem.title);
  const [initial] = useState(() => readDraft(user.id, problem.id) ?? { code: problem.starter });
  // Read at each run and each question, and not drawn: it is in a ref.
  const draft = useRef(initial);
  const [begun, setBegun] = useState({ code: initial.code, time: 0 });
  const [run, setRun] = useState<Run>();
  const output = useRef<string>(undefined);
  const running = useRef<AbortController>(undefined);
  const [isRunning, setRunning] = useState(false);
  useEffect(() => () => running.current?.abort(), []);

  const change = (change: Partial<typeof initial>): void => {
    draft.current = { ...draft.current, ...change };
    keepDraft(user.id, problem.id, draft.current);
  };
  const runTests = async (): Promise<void> => {
    if (running.current !== undefined) return;
    const cancel = (running.current = new AbortController());
    setRunning(true);
    const result = await runCode(programOf(draft.current.code, problem), cancel);
    running.current = undefined;
    output.current = outputOf(problem, result);
    setRun(result);
    setRunning(false);
  };
  const beginAgain = (): void => {
    change({ code: problem.starter });
    setBegun(({ time }) => ({ code: problem.starter, time: time + 1 }));
  };
  const context = useCallback(() => pageContextOf(problem, draft.current.code, output.current), [problem]);
  const asked = useCallback(
    (conversationId: string) => {
      draft.current = { ...draft.current, conversationId };
      keepDraft(user.id, problem.id, draft.current);
      onChange();
    },
    [user.id, problem.id, onChange],
  );

  return (
    <div className="practice">
      <div className="practice-work">
        <p>
          <Link href="/practice">All problems</Link>
        </p>
        <h1>{problem.title}</h1>
        {problem.text.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
        <pre className="example" tabIndex={0} aria-label="An example">
          {callOf(problem, problem.tests[0]!.input)}
          {'\n→ '}
          {JSON.stringify(problem.tests[0]!.expected)}
        </pre>
        <Suspense fallback={<Loading label="Loading the editor" />}>
          <CodeEditor
            key={begun.time}
            code={begun.code}
            label="Your code in JavaScript"
            onChange={(code) => change({ code })}
            onRun={() => void runTests()}
          />
        </Suspense>
        <p className="field-hint">
          <kbd>Tab</kbd> indents; <kbd>Escape</kbd>, then <kbd>Tab</kbd> leaves the editor. <kbd>Ctrl</kbd>+
          <kbd>Enter</kbd> (<kbd>Cmd</kbd>+<kbd>Enter</kbd> on a Mac) runs the tests.
        </p>
        <div className="practice-actions">
          <button
            type="button"
            className="button button-primary"
            data-testid="run-tests"
            aria-disabled={isRunning}
            onClick={() => void runTests()}
          >
            Run the tests
          </button>
          <button type="button" className="button" onClick={beginAgain}>
            Begin again
          </button>
        </div>
        <p role="status" className="run-summary" data-testid="run-summary">
          {isRunning ? 'Running…' : run !== undefined && summaryOf(problem, run)}
        </p>
        {run !== undefined && (
          <pre className="run-output" tabIndex={0} aria-label="Output of the tests" data-testid="run-output">
            {outputOf(problem, run)}
          </pre>
        )}
      </div>
      <Coach conversationId={initial.conversationId} context={context} onAsked={asked} />
    </div>
  );
}
