import { createHmac, hash } from 'node:crypto';

const ALGORITHM = 'AWS4-HMAC-SHA256-PAYLOAD';
/** The header `:date` of a frame: its name, its type (8, a timestamp), and milliseconds since 1970. */
const DATE_HEADER = Buffer.from('\x05:date\x08________', 'latin1');
export const DATE_HEADER_BYTES = DATE_HEADER.length;

/** What the signatures of one second have in common. */
interface Second {
  at: number;
  longDate: string;
  scope: string;
  dateHeader: Buffer;
  dateHeaderHash: string;
}

/**
 * The chain of signatures of one event stream (SigV4 for event streams): each frame signs the one before it. Frames carry
 * whole seconds, so that everything but the payload is computed once a second.
 */
export class EventSigner {
  private key: Buffer = Buffer.alloc(0);
  private keyDate = '';
  private second: Second | undefined;

  /** @param previous `Signature=` of the request's authorization, in hex */
  constructor(
    private readonly secretAccessKey: string,
    private readonly region: string,
    private previous: string,
    private readonly service = 'bedrock',
  ) {}

  /** Signs the next payload. @returns the bytes of its header `:date`, valid until the next call, and the signature */
  sign(payload: Uint8Array, now: number): { dateHeader: Buffer; signature: Buffer } {
    const at = Math.floor(now / 1_000);
    const second = this.second?.at === at ? this.second : (this.second = this.begin(at));
    const { longDate, scope, dateHeader, dateHeaderHash } = second;
    const text = `${ALGORITHM}\n${longDate}\n${scope}\n${this.previous}\n${dateHeaderHash}\n${hash('sha256', payload)}`;
    const signature = createHmac('sha256', this.key).update(text).digest();
    this.previous = signature.toString('hex');
    return { dateHeader, signature };
  }

  private begin(at: number): Second {
    const longDate = new Date(at * 1_000).toISOString().replace(/[-:]|\.\d+/g, '');
    const date = longDate.slice(0, 8);
    if (date !== this.keyDate) {
      const scope = [date, this.region, this.service, 'aws4_request'];
      this.key = scope.reduce<Buffer>(
        (key, part) => createHmac('sha256', key).update(part).digest(),
        Buffer.from(`AWS4${this.secretAccessKey}`),
      );
      this.keyDate = date;
    }
    const dateHeader = Buffer.from(DATE_HEADER);
    dateHeader.writeBigInt64BE(BigInt(at * 1_000), DATE_HEADER_BYTES - 8);
    return {
      at,
      longDate,
      scope: `${date}/${this.region}/${this.service}/aws4_request`,
      dateHeader,
      dateHeaderHash: hash('sha256', dateHeader),
    };
  }
}
