import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { LeanOptions } from './lean-speech-model';

/** SHA-256 as the SDK's packages want it. */
export class Sha256 {
  private readonly state: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.state =
      secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | NodeJS.ArrayBufferView);
  }
  update(data: Uint8Array): void {
    this.state.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.state.digest();
  }
  reset(): void {
    throw new Error('a signature is computed once');
  }
}

/** The headers that open a stream, and what its frames are signed with. */
export interface SignedRequest {
  headers: Record<string, string>;
  signature: string;
  secretAccessKey: string;
}

/** Signs the request of a stream (SigV4, never a bearer key: this operation refuses those). */
export async function signRequest(options: LeanOptions): Promise<SignedRequest> {
  const { endpoint, region, modelId } = options;
  const credentials = await options.credentials();
  const signer = new SignatureV4({ service: 'bedrock', region, credentials, sha256: Sha256 });
  const path = `${endpoint.pathname.replace(/\/$/, '')}/model/${encodeURIComponent(modelId)}/invoke-with-bidirectional-stream`;
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    path,
    query: {},
    headers: {
      ':authority': endpoint.host,
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-EVENTS',
    },
  });
  const signature = /Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '')?.[1];
  if (signature === undefined) throw new Error('the request has no signature');
  return {
    headers: { ...headers, ':method': 'POST', ':path': path },
    signature,
    secretAccessKey: credentials.secretAccessKey,
  };
}
