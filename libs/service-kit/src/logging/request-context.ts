import { AsyncLocalStorage } from 'node:async_hooks';

/** What each log line of one request or one frame carries, from the edge to the model call. */
export interface RequestContext {
  /** The edge's id of the request (`x-amz-cf-id`), else one of our own. */
  requestId: string;
  principalId?: string;
  connectionId?: string;
  callId?: string;
  conversationId?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` in which every log line carries `context`. */
export const runInContext = <T>(context: RequestContext, work: () => T): T => storage.run(context, work);

export const currentContext = (): RequestContext | undefined => storage.getStore();

/** Adds to the context of the request at hand, for the lines that follow. */
export function addToContext(facts: Partial<RequestContext>): void {
  Object.assign(storage.getStore() ?? {}, facts);
}
