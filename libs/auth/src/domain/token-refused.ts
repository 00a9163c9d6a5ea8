/** Why a token is refused. Goes to the log; the outside never learns which check failed. Never holds what was sent. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

const known = new Map<string, TokenRefused>();

/**
 * The error for a reason, one of few: always the same one. To find out for each token of a flood where it was refused, which
 * is what a new error does, costs more than to refuse it.
 */
export function tokenRefused(reason: string): TokenRefused {
  let refused = known.get(reason);
  if (!refused) known.set(reason, (refused = new TokenRefused(reason)));
  return refused;
}
