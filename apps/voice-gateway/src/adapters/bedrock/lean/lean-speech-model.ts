import type { SpeechModel, SpeechStream } from '../../../call/ports/speech-model.port';
import { isExpired } from '../model-error';
import { LeanStream } from './lean-stream';

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface LeanOptions {
  /** `https` for AWS; `http` means HTTP/2 with prior knowledge. */
  endpoint: URL;
  region: string;
  modelId: string;
  /** Read once a stream; whoever gives them renews them, and at once with `forceRefresh`. */
  credentials: (options?: { forceRefresh?: boolean }) => Promise<Credentials>;
  /** How long the headers of the answer may take, in milliseconds. Default {@link START_MS}. */
  startMs?: number;
}

/**
 * Nova Sonic over Node's own HTTP/2, with the frames and their signatures written here: the gateway then costs less
 * than half of what it costs through the SDK when it is busy. One connection per stream, as the SDK has it: what ends one ends no other
 * (docs/decisions/2026-11-25-two-adapters-to-the-speech-model.md).
 */
export class LeanSpeechModel implements SpeechModel {
  private isStale = false;
  private readonly options: LeanOptions;

  constructor(options: LeanOptions) {
    this.options = { ...options, credentials: () => this.credentials(options.credentials) };
  }

  open(input: AsyncIterable<Uint8Array>, signal: AbortSignal): SpeechStream {
    const onFailure = (error: unknown) => {
      if (isExpired(error)) this.isStale = true;
    };
    return { output: new LeanStream(this.options, input, signal, onFailure).output };
  }

  private credentials(provide: LeanOptions['credentials']): Promise<Credentials> {
    const forceRefresh = this.isStale;
    this.isStale = false;
    return forceRefresh ? provide({ forceRefresh }) : provide();
  }
}

/** Where Bedrock Runtime is: the variables that all of AWS's tools read, then the region's own. */
export function bedrockEndpoint(region: string, env: NodeJS.ProcessEnv = process.env): URL {
  return new URL(
    env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME || env.AWS_ENDPOINT_URL || `https://bedrock-runtime.${region}.amazonaws.com`,
  );
}
