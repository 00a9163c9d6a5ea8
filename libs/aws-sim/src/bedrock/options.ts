import type { SimClock } from './clock';
import type { LogLine } from './context';
import type { FaultInput } from './faults/fault';
import type { FaultSwitch } from './faults/fault-switch';
import type { KnowledgeDocument } from './knowledge/documents';
import type { RequestLog } from './request-log';
import type { TextSettings } from './text/handler';
import type { VoiceLimits, VoiceOptions } from './voice/options';
import type { SimCredentials } from './wire/signature';

export interface BedrockOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: the machine's. */
  clock?: SimClock;
  /** Switched on for the first requests, one each (see {@link FaultSwitch.next}). */
  faults?: readonly FaultInput[];
  /** Limits of voice streams. */
  limits?: Partial<VoiceLimits>;
  /** How voice is heard and answered. */
  voice?: Omit<Partial<VoiceOptions>, 'pace'> & { pace?: Partial<VoiceOptions['pace']> };
  /** How text is streamed. */
  text?: Partial<TextSettings>;
  /** Default `{ accessKeyId: 'local', secretAccessKey: 'local' }`; false checks no signature. */
  credentials?: SimCredentials | false;
  /** What `Retrieve` searches. Default: nothing. */
  knowledgeBase?: readonly KnowledgeDocument[];
  /** Default `PARLEYDOCS`. */
  knowledgeBaseId?: string;
  /** Told when a request ends. */
  onLog?: LogLine;
}

export interface BedrockSimulator {
  /** `http://host:port`, for `AWS_ENDPOINT_URL_BEDROCK_RUNTIME` and `AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME`. */
  readonly endpoint: string;
  readonly port: number;
  readonly faults: FaultSwitch;
  readonly requests: RequestLog;
  /** Voice streams that are open now. */
  streams(): number;
  /** Ends everything that is open, at once. */
  close(): Promise<void>;
}
