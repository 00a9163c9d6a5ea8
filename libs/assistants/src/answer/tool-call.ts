import { InvalidToolInputError, NoSuchToolError } from 'ai';
import type { Tool } from '../domain/tool';
import type { ModelPart } from '../models/chat-model';

type Called = Extract<ModelPart, { type: 'tool-call' }>;

/** A call of a tool, understood as far as it can be. */
export interface ToolCall {
  called: Called;
  /** The JSON of the arguments; what is none is the text as it came. */
  input: unknown;
  /** Why it cannot be run. It does not end the answer: the model is told, and goes on. */
  error?: Error;
}

export function readCall(called: Called, tools: readonly Tool[]): ToolCall {
  const { toolName, input: toolInput, providerExecuted, dynamic } = called;
  const availableTools = tools.map(({ name }) => name);
  // Tools that the provider runs itself are not among ours.
  const isKnown = availableTools.includes(toolName) || (providerExecuted === true && dynamic === true);
  const unknown = isKnown ? {} : { error: new NoSuchToolError({ toolName, availableTools }) };
  try {
    const input = toolInput.trim() === '' ? {} : (JSON.parse(toolInput) as unknown);
    return { called, input, ...unknown };
  } catch (cause) {
    const error = new InvalidToolInputError({ toolName, toolInput, cause });
    return { called, input: toolInput, error, ...unknown };
  }
}
