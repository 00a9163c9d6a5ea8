import type { CallObserver } from './ports/call-observer.port';
import type { CallTool } from './ports/call-tool.port';

/**
 * Runs the tool that the model asked for, beside the call. Always answers: without a result the model waits in silence, so
 * an unknown tool and a failed one are answered too. Tool names come back in any case.
 */
export async function runCallTool(
  { toolName, content }: { toolName: string; content: string },
  tools: readonly CallTool[],
  signal: AbortSignal,
  { observer, onFault, now }: { observer: CallObserver; onFault: (error: unknown) => void; now: () => number },
): Promise<object> {
  const tool = tools.find(({ name }) => name.toLowerCase() === toolName.toLowerCase());
  if (!tool) return { error: 'There is no such tool.' };
  const since = now();
  try {
    const result = await tool.run(content, signal);
    observer.toolRan(tool.name, now() - since, !('error' in result));
    return result;
  } catch (error) {
    onFault(error);
    observer.toolRan(tool.name, now() - since, false);
    return { error: 'The tool failed.' };
  }
}
