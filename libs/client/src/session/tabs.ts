/** What the tabs of one page have in common. */
export interface Tabs<Message> {
  /** Runs `work` while no other tab does. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Says something to the other tabs; this one does not hear it. */
  tell(message: Message): void;
  close(): void;
}

/** Runs `work` while no other tab of this origin does anything under that name; at once where a browser has no Web Locks. */
export function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks === undefined ? work() : (locks.request(name, work) as Promise<T>);
}

/**
 * Tabs of one origin over the Web Locks API and BroadcastChannel. Where a browser lacks them each tab is alone, which is
 * right too, only with more requests: the server accepts a refresh token twice within its grace.
 */
export function browserTabs<Message>(name: string, heard: (message: Message) => void): Tabs<Message> {
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name);
  if (channel !== undefined) channel.onmessage = ({ data }: MessageEvent) => heard(data as Message);
  return {
    exclusively: (work) => exclusively(name, work),
    tell: (message) => channel?.postMessage(message),
    close: () => channel?.close(),
  };
}
