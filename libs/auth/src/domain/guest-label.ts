const LABEL = /^[A-Za-z0-9._~-]{1,128}$/;
/** 22 URL-safe characters are 128 bits; a UUID has 122 of them. */
const UNGUESSABLE = /^[A-Za-z0-9_-]{22,128}$/;

/** `?sessionId=` when it can be a label: it names something inside a session and opens nothing. */
export function labelOf(query: URLSearchParams | undefined): string | undefined {
  const labels = query?.getAll('sessionId') ?? [];
  return labels.length === 1 && LABEL.test(labels[0]!) ? labels[0] : undefined;
}

/** Whether a label is long enough to stand for a history by itself, where that is switched on. */
export const isUnguessable = (label: string): boolean => UNGUESSABLE.test(label);
