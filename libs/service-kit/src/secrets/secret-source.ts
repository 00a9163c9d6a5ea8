/**
 * Where secrets are read by reference. A reference is the ARN of a Secrets Manager secret, with `:key:stage:version` behind it
 * where ECS would take that too, or of an SSM parameter.
 */
export interface SecretSource {
  /**
   * The secret as it is now. Its text goes nowhere but to who asked.
   *
   * @throws SecretUnreadable saying why in one word of AWS, never what was read
   */
  read(reference: string): Promise<string>;
}

/** A secret that could not be read. `reason` is the name of an error, such as `AccessDeniedException`. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`A secret cannot be read: ${reason}`, options);
  }
}
