import { jsonSchema, tool, type ToolSet } from 'ai';
import { jsonSchemaOf } from '../domain/catalog';
import { TOOL_LIMITS, runTool } from '../domain/run-tool';
import type { Tool, ToolContext } from '../domain/tool';

/**
 * Our tools as the AI SDK calls them. They never throw there: an SDK's tool error is told to the model and the reader
 * in the words of whatever threw. Arguments are checked by `runTool`, so the SDK gets the schema without its check.
 */
export function sdkTools(
  tools: readonly Tool[],
  context: ToolContext,
  timeoutMs: number,
  report: (what: string, cause: unknown) => void,
): ToolSet {
  const limits = { ...TOOL_LIMITS, timeoutMs };
  return Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      name,
      tool({
        description,
        inputSchema: jsonSchema<Record<string, unknown>>(jsonSchemaOf(inputSchema)),
        execute: (input) => runTool(tools, { name, arguments: input }, context, limits, report),
      }),
    ]),
  );
}
