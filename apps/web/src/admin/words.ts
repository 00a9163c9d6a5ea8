import type { Act } from '@parley/protocol';

const counts = new Intl.NumberFormat();
export const countOf = (count: number): string => counts.format(count);

const dollars = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' });
/** Less than a cent is not nothing: one answer costs no more. */
export const costOf = (usd: number): string =>
  usd > 0 && usd < 0.01 ? `<${dollars.format(0.01)}` : dollars.format(usd);

/** A day of UTC, as `2026-01-31`. */
export const shortDayOf = (day: string): string =>
  new Date(day).toLocaleDateString(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** How long ago it began, as a clock shows it. */
export function lastingOf(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** An id that people compare, not read. */
export const shortOf = (id: string): string => (id.length > 12 ? `${id.slice(0, 8)}…` : id);

const ACT_WORDS: Record<Act['what'], string> = {
  ban: 'banned somebody',
  unban: 'lifted a ban',
  removeContent: 'removed a message',
  addMember: 'took somebody into a room',
  removeMember: 'took somebody out of a room',
  invite: 'made an invitation to a room',
  mute: 'muted somebody',
  unmute: 'let somebody write again',
  archive: 'archived a room',
  rename: 'renamed a room',
  delete: 'deleted a room',
  report: 'reported somebody',
  block: 'blocked somebody',
  unblock: 'unblocked somebody',
  switchOff: 'switched an assistant off',
  switchOn: 'switched an assistant on',
};
/** A newer service may do what this page has no words for. */
export const actOf = (what: string): string => ACT_WORDS[what as Act['what']] ?? what;
