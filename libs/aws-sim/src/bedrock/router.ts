import { ZodError } from 'zod';
import { sleep } from './clock';
import { closeRecord, type Handled, type SimContext } from './context';
import type { Operation, RequestFaults } from './faults/fault';
import { handleRetrieve, type KnowledgeBase } from './knowledge/retrieve';
import { handleConverse, handleConverseStream, type TextSettings } from './text/handler';
import { handleVoice, type StreamSlots, type VoiceSettings } from './voice/handler';
import { SPEECH_MODELS, TEXT_MODEL } from './voice/profiles';
import { AwsException, TYPE_OF_STATUS } from './wire/aws-exception';
import type { Exchange } from './wire/exchange';

export interface RouterParts {
  voice: VoiceSettings;
  text: TextSettings;
  knowledgeBases: ReadonlyMap<string, KnowledgeBase>;
  slots: StreamSlots;
}

export const FAULTS_PATH = '/_sim/faults';
const FAULT_HEADER = 'x-sim-fault';

const ROUTES: readonly [RegExp, Operation][] = [
  [/^\/model\/([^/]+)\/invoke-with-bidirectional-stream$/, 'voice'],
  [/^\/model\/([^/]+)\/converse$/, 'converse'],
  [/^\/model\/([^/]+)\/converse-stream$/, 'converseStream'],
  [/^\/knowledgebases\/([^/]+)\/retrieve$/, 'retrieve'],
];

/** Leads a request to its operation. Whatever goes wrong is answered as AWS would; the promise never rejects. */
export function createRouter(context: SimContext, parts: RouterParts): (exchange: Exchange) => Promise<void> {
  return async (exchange) => {
    let handled: Handled | undefined;
    try {
      if (exchange.path === FAULTS_PATH) return await controlFaults(exchange, context);
      handled = accept(exchange, context);
      if (struckAtOnce(handled) || (await struckWithoutFrames(handled))) return;
      await handle(handled, parts);
    } catch (error) {
      const answered = asAwsException(error);
      if (handled) closeRecord(handled, 'refused', answered.message);
      exchange.refuse(answered);
    }
  };
}

function accept(exchange: Exchange, context: SimContext): Handled {
  const [operation, target] = operationOf(exchange);
  const faults: RequestFaults = context.faults.take(operation, exchange.header(FAULT_HEADER));
  const { requestId: id, protocol } = exchange;
  const receivedAt = context.clock.now();
  const record = context.requests.open({ id, operation, target, protocol, receivedAt, faults: faults.all });
  const handled: Handled = { exchange, record, faults, context };
  exchange.cancelled.addEventListener('abort', () => closeRecord(handled, 'cancelled'));
  return handled;
}

function operationOf({ method, path }: Exchange): [Operation, string] {
  for (const [pattern, operation] of method === 'POST' ? ROUTES : []) {
    const target = pattern.exec(path)?.[1];
    if (target !== undefined) return [operation, decode(target)];
  }
  throw new AwsException('ResourceNotFoundException', 'The simulator does not know this operation.');
}

/** Faults that need nothing of the operation: the request is not looked at. True when one was there. */
function struckAtOnce(handled: Handled): boolean {
  const { exchange, faults } = handled;
  const http = faults.find('http');
  if (http) {
    const type = http.type ?? TYPE_OF_STATUS[http.status] ?? 'InternalServerException';
    closeRecord(handled, 'fault', 'http');
    exchange.refuse(new AwsException(type, http.message ?? 'A fault was asked for.', http.retryAfterSeconds));
    return true;
  }
  if (!faults.has('silence')) return false;
  // Read and forgotten, as by a peer that hangs: the client's writes succeed and nothing comes back.
  exchange.request.resume();
  return true;
}

/** Faults that frames would carry, for the operations whose answer is one piece. True when nothing is left to answer. */
async function struckWithoutFrames(handled: Handled): Promise<boolean> {
  const { exchange, faults, record, context } = handled;
  if (record.operation === 'voice' || record.operation === 'converseStream') return false;
  const broken = faults.find('drop') ?? faults.find('reset');
  if (broken) {
    closeRecord(handled, 'fault', broken.kind);
    if (broken.kind === 'drop') exchange.drop();
    else exchange.reset();
    return true;
  }
  const stall = faults.find('stall');
  const delayMs = stall ? (stall.forMs ?? Infinity) : (faults.find('slow')?.everyMs ?? 0);
  if (delayMs === Infinity) {
    exchange.request.resume();
    return true;
  }
  return delayMs > 0 && !(await sleep(context.clock, delayMs, exchange.cancelled));
}

async function handle(handled: Handled, parts: RouterParts): Promise<void> {
  const { operation, target } = handled.record;
  if (operation === 'retrieve') return handleRetrieve(handled, parts.knowledgeBases.get(target));
  const profile = SPEECH_MODELS[target];
  if (operation === 'voice') {
    if (!profile) throw unknownModel();
    return handleVoice(handled, profile, parts.voice, parts.slots);
  }
  if (profile)
    throw new AwsException('ValidationException', "This action doesn't support the model that you provided.");
  if (!TEXT_MODEL.test(target)) throw unknownModel();
  return operation === 'converse' ? handleConverse(handled) : handleConverseStream(handled, parts.text);
}

const unknownModel = () =>
  new AwsException('ResourceNotFoundException', 'Could not resolve the foundation model from the model identifier.');

/** `GET` lists the faults that are switched on, `POST` switches, `DELETE` clears. */
async function controlFaults(exchange: Exchange, { faults }: SimContext): Promise<void> {
  if (exchange.method === 'POST') faults.control(await exchange.readJson());
  if (exchange.method === 'DELETE') faults.clear();
  exchange.json(200, faults.active());
}

function asAwsException(error: unknown): AwsException {
  if (error instanceof AwsException) return error;
  if (error instanceof ZodError) {
    const issue = error.issues[0];
    return new AwsException(
      'ValidationException',
      `This is no fault: ${issue?.path.join('.')} ${issue?.message}`.trim(),
    );
  }
  return new AwsException('InternalServerException', 'The simulator has failed.');
}

function decode(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
