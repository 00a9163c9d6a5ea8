/** A tool as a request declared it, on any of the wires. */
export interface DeclaredTool {
  name: string;
  /** JSON Schema of the arguments, as far as it could be read. */
  schema: { properties?: Record<string, { type?: unknown }>; required?: readonly string[] };
}

export interface ToolCall {
  name: string;
  input: Record<string, unknown>;
}

/** A request's `toolChoice`, the same on all wires. */
export interface ToolChoice {
  auto?: object;
  any?: object;
  tool?: { name: string };
}

const TYPED = /^\s*use\s+([A-Za-z0-9_-]{1,64})\s*(\{[\s\S]*\})?\s*$/i;
const DIALLED = /^\*([1-9])\*([0-9A-D]*)#?$/;

/** `use <toolName> {json}`, typed: calls that tool with that object, or with `{}`. */
export function typedToolCall(text: string, tools: readonly DeclaredTool[]): ToolCall | undefined {
  const [, name, json] = TYPED.exec(text) ?? [];
  const tool = tools.find((other) => other.name === name);
  if (!tool) return undefined;
  const input = json === undefined ? {} : parseObject(json);
  return input && { name: tool.name, input };
}

/**
 * `*n*digits`, dialled as DTMF: calls the n-th declared tool. The digits become its first required argument (else its first
 * argument), as a number where the schema says so.
 */
export function dialledToolCall(digits: string, tools: readonly DeclaredTool[]): ToolCall | undefined {
  const [, place, argument = ''] = DIALLED.exec(digits) ?? [];
  const tool = place === undefined ? undefined : tools[Number(place) - 1];
  return tool && { name: tool.name, input: argumentsOf(tool, argument) };
}

/** The call that `toolChoice` demands whatever was said; `text` becomes its first argument. */
export function demandedToolCall(
  choice: ToolChoice | undefined,
  text: string,
  tools: readonly DeclaredTool[],
): ToolCall | undefined {
  const tool = choice?.tool ? tools.find(({ name }) => name === choice.tool?.name) : choice?.any ? tools[0] : undefined;
  return tool && { name: tool.name, input: argumentsOf(tool, text) };
}

function argumentsOf({ schema }: DeclaredTool, value: string): Record<string, unknown> {
  const name = schema.required?.[0] ?? Object.keys(schema.properties ?? {})[0];
  if (name === undefined || value === '') return {};
  const type = schema.properties?.[name]?.type;
  return { [name]: (type === 'number' || type === 'integer') && /^\d+$/.test(value) ? Number(value) : value };
}

/** The object that a JSON text holds, or undefined for anything else. */
export function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
