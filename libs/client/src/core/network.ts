/** What the machine knows of its own connection, and when it is worth looking again. */
export interface Network {
  /** False only when the machine is surely offline. */
  readonly isOnline: boolean;
  /** Calls `listener` when the machine is online again or the page is looked at again. Returns what ends that. */
  onReturn(listener: () => void): () => void;
  /** Calls `listener` when the machine has lost its connection. Returns what ends that. */
  onLoss(listener: () => void): () => void;
}

/**
 * The browser's: `online`, and the page becoming visible. A hidden page's timers are slowed down, and a machine that slept
 * has sockets that died unseen. Elsewhere, as in Node, it is always online and nothing is ever lost.
 */
export const browserNetwork: Network = {
  get isOnline() {
    return globalThis.navigator?.onLine !== false;
  },
  onReturn(listener) {
    if (typeof document === 'undefined') return () => undefined;
    const seen = (): void => void (document.visibilityState === 'visible' && listener());
    addEventListener('online', listener);
    document.addEventListener('visibilitychange', seen);
    return () => {
      removeEventListener('online', listener);
      document.removeEventListener('visibilitychange', seen);
    };
  },
  onLoss(listener) {
    if (typeof document === 'undefined') return () => undefined;
    addEventListener('offline', listener);
    return () => removeEventListener('offline', listener);
  },
};
