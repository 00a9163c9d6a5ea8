import { useSyncExternalStore } from 'react';

/** What a person chose for this browser. Absent: the assistant's own voice, the system's own device. */
export interface Settings {
  /** Of what is answered, spoken and written; absent: what the person speaks or writes. */
  language?: string;
  voiceId?: string;
  microphoneId?: string;
  speakerId?: string;
  /** Some hardware does better without. */
  echoCancellation: boolean;
  noiseSuppression: boolean;
}

const KEY = 'parley.settings';
const defaults: Settings = { echoCancellation: true, noiseSuppression: true };
const listeners = new Set<() => void>();
let current: Settings | undefined;

function read(): Settings {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>) };
  } catch {
    return defaults; // storage is blocked, or holds something else
  }
}

export const settings = (): Settings => (current ??= read());

export function changeSettings(change: Partial<Settings>): void {
  current = { ...settings(), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

// Another tab changed them (`null`: cleared everything): what is known here is old, and must not be written over it.
addEventListener('storage', ({ key }) => {
  if (key !== KEY && key !== null) return;
  current = undefined;
  tell();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSettings = (): Settings => useSyncExternalStore(subscribe, settings);

/** For tests: reads them anew. */
export function forgetSettings(): void {
  current = undefined;
}
