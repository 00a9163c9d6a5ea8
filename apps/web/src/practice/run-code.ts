import type { Program, ProgramMessage } from './program';

export interface TestResult {
  passed: boolean;
  /** What the function gave back, or the error that it threw. */
  got: string;
  threw: boolean;
}

/** How a run ended: by itself, at the limit of time, by an error outside of the tests, or without the function. */
export type RunEnd =
  | { type: 'done' }
  | { type: 'late' }
  | { type: 'missing' }
  | { type: 'broken'; message: string; line: number }
  /** The frame never came up, or went away. */
  | { type: 'lost' };

export interface Run {
  logs: readonly string[];
  /** Of the first tests; those that were not reached are missing. */
  tests: readonly TestResult[];
  end: RunEnd;
}

type FrameMessage = ProgramMessage | RunEnd;

/** Milliseconds that all tests of a problem may take together. */
export const LIMIT_MS = 2_000;
/** Longer than any browser takes to open an empty frame. */
const FRAME_MS = 8_000;

/**
 * Runs a program where it can do no harm: in a worker of a frame that has no origin (no cookie, no storage, no token of
 * ours), may ask nothing of any network, and is thrown away afterwards. Never rejects. An aborted run is `lost`.
 */
export function runCode({ text, firstLine }: Program, { signal }: { signal?: AbortSignal } = {}): Promise<Run> {
  const logs: string[] = [];
  const tests: TestResult[] = [];
  const { port1: ours, port2: theirs } = new MessageChannel();
  const frame = document.createElement('iframe');
  frame.sandbox.add('allow-scripts');
  frame.hidden = true;
  frame.title = 'Runs your code';
  const policy = `default-src 'none'; script-src ${location.origin}/code-frame.js; worker-src blob:`;
  frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="${policy}"><script src="/code-frame.js"></script>`;
  return new Promise((resolve) => {
    const finish = (end: RunEnd): void => {
      clearTimeout(timer);
      ours.close();
      frame.remove();
      resolve({ logs, tests, end });
    };
    const timer = setTimeout(() => finish({ type: 'lost' }), FRAME_MS + LIMIT_MS);
    signal?.addEventListener('abort', () => finish({ type: 'lost' }), { once: true });
    // The code may post what it likes in the worker's name: nothing of it is taken for more than text.
    ours.onmessage = ({ data }: MessageEvent<FrameMessage>) => {
      if (data.type === 'log') logs.push(String(data.text));
      else if (data.type === 'test')
        tests.push({ passed: data.passed === true, got: String(data.got), threw: data.threw === true });
      else if (data.type === 'broken')
        finish({ type: 'broken', message: String(data.message), line: Number(data.line) - firstLine + 1 });
      else if (data.type === 'done' || data.type === 'late' || data.type === 'missing') finish({ type: data.type });
    };
    frame.onload = () => frame.contentWindow?.postMessage({ text, limitMs: LIMIT_MS }, '*', [theirs]);
    document.body.append(frame);
  });
}
