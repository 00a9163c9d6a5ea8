import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsException } from './aws-exception';
import { decodeFrame, encodeSignedHeaders, type Frame } from './frames';

export interface SimCredentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** The request as far as its signature goes. */
export interface SignedRequest {
  method: string;
  /** As received: still percent-encoded. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
}

const STREAM_PAYLOAD = 'STREAMING-AWS4-HMAC-SHA256-EVENTS';
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8}\/[^/,]+\/bedrock\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** Opens the signed envelope of each input frame. The empty frame ends the input and gives an empty inner message. */
export interface EnvelopeReader {
  /** @throws AwsException InvalidSignatureException */
  open(frame: Uint8Array): Uint8Array;
}

/**
 * Checks a stream's request and then, frame by frame, the chain of signatures that begins with it (SigV4 for event streams).
 * @throws AwsException what AWS answers for an unknown key, a bearer key or a wrong signature
 */
export function verifyStream(request: SignedRequest, credentials: SimCredentials | false): EnvelopeReader {
  if (credentials === false) return { open: (frame) => decodeFrame(frame).body };
  const authorization = String(request.headers.authorization ?? '');
  if (authorization.startsWith('Bearer ')) {
    throw new AwsException('AccessDeniedException', 'API keys are not supported for this operation.');
  }
  const [, accessKeyId, scope, signedHeaders, signature] = AUTHORIZATION.exec(authorization) ?? [];
  if (!accessKeyId || !scope || !signedHeaders || !signature) throw new AwsException('AccessDeniedException', MISMATCH);
  if (accessKeyId !== credentials.accessKeyId) {
    throw new AwsException('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`) as Buffer;
  const toSign = ['AWS4-HMAC-SHA256', header(request, 'x-amz-date'), scope, sha256(canonical(request, signedHeaders))];
  assertEqual(hmac(key, toSign.join('\n')), Buffer.from(signature, 'hex'));
  return frameChain(key, scope, signature);
}

function frameChain(key: Buffer, scope: string, first: string): EnvelopeReader {
  let previous = first;
  return {
    open(bytes) {
      const { headers, body } = decodeFrame(bytes);
      const date = headers[':date'];
      const given = headers[':chunk-signature'];
      if (date?.type !== 'timestamp' || given?.type !== 'binary') {
        throw new AwsException('InvalidSignatureException', MISMATCH);
      }
      const toSign = [
        'AWS4-HMAC-SHA256-PAYLOAD',
        // Milliseconds travel, seconds are signed. Dates may step back when the SDK corrects its clock.
        date.value.toISOString().replace(/[-:]|\.\d+/g, ''),
        scope,
        previous,
        sha256(encodeSignedHeaders({ ':date': date } satisfies Frame['headers'])),
        sha256(body),
      ];
      const signature = hmac(key, toSign.join('\n'));
      assertEqual(signature, Buffer.from(given.value));
      previous = signature.toString('hex');
      return body;
    },
  };
}

function canonical(request: SignedRequest, signedHeaders: string): string {
  const names = signedHeaders.split(';');
  return [
    request.method,
    // The path is escaped a second time: `%3A` of the model id is signed as `%253A`.
    request.path.split('/').map(encodeURIComponent).join('/'),
    '',
    ...names.map((name) => `${name}:${header(request, name).trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders,
    STREAM_PAYLOAD,
  ].join('\n');
}

function header({ headers }: SignedRequest, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

function assertEqual(a: Buffer, b: Buffer): void {
  if (a.length !== b.length || !timingSafeEqual(a, b)) throw new AwsException('InvalidSignatureException', MISMATCH);
}
