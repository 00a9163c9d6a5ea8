const DAY_MS = 86_400_000;

/** A time as a list says it: the hour today, the weekday within a week, the date otherwise. */
export function whenOf(iso: string, now = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return '';
  if (time.toDateString() === now.toDateString()) {
    return time.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  }
  if (now.getTime() - time.getTime() < 6 * DAY_MS) return time.toLocaleDateString(undefined, { weekday: 'short' });
  const year = time.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return time.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year });
}
