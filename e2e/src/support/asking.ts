import type { Stack } from './stack';

/** Asks the services directly, as a user: to have something there before a page is opened. */
export async function asUser<T = unknown>(
  stack: Stack,
  user: string,
  path: string,
  body?: object,
  method = body === undefined ? 'GET' : 'POST',
): Promise<T> {
  const response = await fetch(`${stack.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${await stack.token(user)}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
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

/** Somebody says something in a conversation that he is in; resolves when all of it is in the log. */
export async function sayIn(stack: Stack, user: string, conversationId: string, texts: readonly string[]) {
  const socket = new WebSocket(`${stack.ws}/ws/chat`, ['parley.v1', `bearer.${await stack.token(user)}`]);
  let next = 0;
  const say = () => {
    const text = texts[next];
    if (text === undefined) return socket.close(1000);
    const data = { conversationId, clientId: crypto.randomUUID(), text };
    socket.send(JSON.stringify({ event: 'sendMessage', data }));
    next += 1;
  };
  await new Promise<void>((resolve, reject) => {
    socket.onmessage = ({ data }) => {
      const { event } = JSON.parse(data as string) as { event: string };
      if (event === 'error') reject(new Error(data as string));
      if (event === 'welcome' || event === 'ack') say();
    };
    socket.onclose = () => resolve();
  });
}

/** What the simulated models do wrong from now on, until the faults are taken back with `noFaults`: slow answers are quick then. */
export const faults = (stack: Stack, body: object): Promise<Response> =>
  fetch(`http://127.0.0.1:${stack.port + 2}/_sim/faults`, { method: 'POST', body: JSON.stringify(body) });
export const noFaults = (stack: Stack): Promise<Response> =>
  fetch(`http://127.0.0.1:${stack.port + 2}/_sim/faults`, { method: 'DELETE' });
/** Answers that begin from now on last until `noFaults`: a minute at least, however long the test takes on a busy machine. */
export const slowAnswers = (stack: Stack): Promise<Response> =>
  faults(stack, { during: { ms: 60_000, fault: { kind: 'slow', everyMs: 400, operation: 'converseStream' } } });
