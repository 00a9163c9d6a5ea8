import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** A POST of text, before it is signed. */
export interface UnsignedPost {
  host: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * AWS's signature (SigV4) of requests to one service in one region. The package for it takes five times as long, most of it
 * for what is always the same here: the key of the day, and which headers there are.
 */
export class RequestSigner {
  private readonly keys = new Map<string, KeyObject>();

  constructor(
    private readonly service: string,
    private readonly region: string,
  ) {}

  /**
   * The headers to be sent, `host` and `authorization` among them.
   *
   * @param now epoch milliseconds
   */
  sign({ host, path, headers, body }: UnsignedPost, credentials: Credentials, now: number): Record<string, string> {
    const { accessKeyId, sessionToken } = credentials;
    const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const signed: Record<string, string> = {
      ...headers,
      host,
      'x-amz-date': time,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    };
    const names = Object.keys(signed).sort();
    const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
    const day = time.slice(0, 8);
    const scope = `${day}/${this.region}/${this.service}/aws4_request`;
    const canonical = `POST\n${path}\n\n${lines}\n${names.join(';')}\n${sha256(body)}`;
    const signature = createHmac('sha256', this.keyOf(day, credentials))
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`)
      .digest('hex');
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return { ...signed, authorization };
  }

  /** One key at a time: of today, and of the credentials that are valid now. */
  private keyOf(day: string, { accessKeyId, secretAccessKey }: Credentials): KeyObject {
    const name = `${day}/${accessKeyId}`;
    let key = this.keys.get(name);
    if (key === undefined) {
      const steps = [day, this.region, this.service, 'aws4_request'];
      key = createSecretKey(steps.reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`)));
      this.keys.clear();
      this.keys.set(name, key);
    }
    return key;
  }
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => hash('sha256', text, 'hex');
