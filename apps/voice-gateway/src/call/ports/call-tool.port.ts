/** A tool as the speech model calls it: text in, an object out, never an exception. */
export interface CallTool {
  name: string;
  description: string;
  /** JSON Schema of the arguments, as a string: the form in which Nova Sonic takes it. */
  inputSchemaJson: string;
  /** Answers always, within its own time limit; what went wrong is said in the answer, for the model. */
  run(argumentsText: string, signal: AbortSignal): Promise<object>;
}
