/** How Pulumi marks a secret on its wire: this key, and the value beside it. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';

/** The value inside a secret; anything else as it is. */
export function unsecret(value: unknown): unknown {
  return value !== null && typeof value === 'object' && SIGNATURE in value
    ? unsecret((value as unknown as { value: unknown }).value)
    : value;
}
