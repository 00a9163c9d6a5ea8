/** Why a token is refused. Goes to the log; the outside never learns which check failed. Never holds what was sent. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}
