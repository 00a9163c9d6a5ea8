import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

/** SHA-256 as AWS's package for signatures wants it, which our own signature is held to. */
export class Sha256 {
  private readonly state: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.state = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }
  update(data: Uint8Array): void {
    this.state.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.state.digest();
  }
  reset(): void {}
}
