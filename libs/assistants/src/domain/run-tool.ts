import { jsonSchemaOf } from './catalog';
import type { Tool, ToolContext } from './tool';

export interface ToolLimits {
  timeoutMs: number;
  /** Of the answer as JSON. It is spoken about, not read out. */
  maxResultCharacters: number;
}

export const TOOL_LIMITS: ToolLimits = { timeoutMs: 8_000, maxResultCharacters: 6_000 };

/** A call of a tool as a model makes it. */
export interface ToolCall {
  name: string;
  /** JSON text (perhaps empty, perhaps encoded twice, as speech models send it) or an object. */
  arguments: unknown;
}

/**
 * Runs a tool and always answers an object that can go to the model: without a result it waits and goes silent. What went
 * wrong is said as `error`, in words for the model; the cause goes to `report` and nowhere else.
 *
 * @param context its `signal` ends the wait at once, whatever the tool does with it.
 */
export async function runTool(
  tools: readonly Tool[],
  call: ToolCall,
  context: ToolContext,
  limits: ToolLimits = TOOL_LIMITS,
  report: (what: string, cause: unknown) => void = () => undefined,
): Promise<object> {
  // Speech models change the case of names.
  const tool = tools.find(({ name }) => name.toLowerCase() === call.name.toLowerCase());
  if (tool === undefined) return failed('There is no such tool. Answer without it.');

  const input = tool.inputSchema.safeParse(parseArguments(call.arguments));
  if (!input.success) {
    const faults = input.error.issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`);
    return failed(`The arguments are not valid. ${faults.join('; ')}`);
  }

  const timeout = AbortSignal.timeout(limits.timeoutMs);
  const signal = AbortSignal.any([context.signal, timeout]);
  try {
    signal.throwIfAborted();
    const result = await Promise.race([tool.execute(input.data, { ...context, signal }), aborted(signal)]);
    return capResult(result, limits.maxResultCharacters);
  } catch (cause) {
    if (context.signal.aborted) return failed('This was stopped before it was done.');
    report(`the tool ${tool.name} failed`, cause);
    if (timeout.aborted) return failed('The tool took too long. Say that it cannot be looked up right now.');
    return failed('The tool failed. Say that it cannot be looked up right now.');
  }
}

/** JSON Schema of a tool's arguments as text: the form of Nova Sonic's `inputSchema.json`. */
export const inputSchemaJson = ({ inputSchema }: Tool): string => JSON.stringify(jsonSchemaOf(inputSchema));

/** Arguments as an object, whatever layers of JSON text they came in; `undefined` for what is none. */
export function parseArguments(value: unknown): unknown {
  let parsed: unknown = value ?? {};
  for (let layer = 0; layer < 3 && typeof parsed === 'string'; layer++) {
    if (parsed.trim() === '') return {};
    try {
      parsed = JSON.parse(parsed) as unknown;
    } catch {
      return undefined;
    }
  }
  return parsed ?? {};
}

/** A result no longer than this as JSON; of a longer one the beginning, as text that says so. */
export function capResult(result: object, maxCharacters: number): object {
  const json = JSON.stringify(result);
  if (json.length <= maxCharacters) return result;
  return { truncated: true, beginning: json.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, '') };
}

const failed = (error: string) => ({ error });

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = () => reject(signal.reason as Error);
  // A tool may have run into the signal before this is reached.
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return promise;
}
