import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

/** The page's own key in localStorage; `public/theme.js` reads it before the first paint. */
const KEY = 'parley.theme';
const listeners = new Set<() => void>();
const system = () => globalThis.matchMedia?.('(prefers-color-scheme: dark)');

function current(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return system()?.matches === true ? 'dark' : 'light';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  system()?.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    system()?.removeEventListener('change', listener);
  };
}

/** What was chosen; `system` follows the machine. */
export type ThemeChoice = Theme | 'system';

export function chooseTheme(theme: ThemeChoice): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function choice(): ThemeChoice {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

/** The theme that is shown, the system's until the person chose one, and what chooses the other. */
export function useTheme(): [Theme, () => void] {
  const theme = useSyncExternalStore(subscribe, current, () => 'light' as const);
  return [theme, () => chooseTheme(theme === 'dark' ? 'light' : 'dark')];
}

export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, choice);
