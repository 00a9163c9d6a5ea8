import type { Stack } from './stack';

/** Asks the services directly, as a user: to have something there before a page is opened. */
export async function asUser<T = unknown>(stack: Stack, user: string, path: string, body: object): Promise<T> {
  const response = await fetch(`${stack.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await stack.token(user)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return (text.startsWith('{') ? JSON.parse(text) : undefined) as T;
}

/** A conversation of one question and its answer. */
export async function conversationOf(stack: Stack, user: string, question: string): Promise<string> {
  const id = crypto.randomUUID();
  const messages = [{ id: crypto.randomUUID(), role: 'user', parts: [{ type: 'text', text: question }] }];
  await asUser(stack, user, '/api/chat', { id, messages });
  return id;
}

/** What the simulated models do wrong from now on, until the faults are taken back with `noFaults`: slow answers are quick then. */
export const faults = (stack: Stack, body: object): Promise<Response> =>
  fetch(`http://127.0.0.1:${stack.port + 2}/_sim/faults`, { method: 'POST', body: JSON.stringify(body) });
export const noFaults = (stack: Stack): Promise<Response> =>
  fetch(`http://127.0.0.1:${stack.port + 2}/_sim/faults`, { method: 'DELETE' });
/** Answers that begin from now on last until `noFaults`: a minute at least, however long the test takes on a busy machine. */
export const slowAnswers = (stack: Stack): Promise<Response> =>
  faults(stack, { during: { ms: 60_000, fault: { kind: 'slow', everyMs: 400, operation: 'converseStream' } } });
