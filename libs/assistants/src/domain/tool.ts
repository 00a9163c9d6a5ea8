import type { z } from 'zod';

/** What a tool is told besides its arguments. Rights come from here, never from the arguments: a model wrote those. */
export interface ToolContext {
  principalId: string;
  conversationId: string;
  /** Fires when the answer is stopped, the call ends or the tool's time is up. */
  signal: AbortSignal;
}

/** A document that a tool's answer comes from. */
export interface Source {
  title: string;
  /** Where everybody may read it. */
  url?: string;
}

/** Something that a model may use. What it throws is not told to the model; what it answers is. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  name: string;
  /** For the model: what it gives and when to use it. */
  description: string;
  inputSchema: Input;
  execute(input: z.output<Input>, context: ToolContext): Promise<object>;
  /** What an answer of `execute` names as its sources; told to the reader beside the answer. */
  sources?(result: object): Source[];
}

/** Keeps the types of a tool's input while it is written. */
export function defineTool<Input extends z.ZodObject>(tool: Tool<Input>): Tool {
  return tool as unknown as Tool;
}
