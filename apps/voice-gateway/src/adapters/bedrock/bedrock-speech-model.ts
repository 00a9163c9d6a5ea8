import {
  BedrockRuntimeClient,
  InvokeModelWithBidirectionalStreamCommand,
  type InvokeModelWithBidirectionalStreamCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import type { SpeechModel, SpeechStream } from '../../call/ports/speech-model.port';

/**
 * Nova Sonic through the AWS SDK: one HTTP/2 connection per stream.
 *
 * The SDK resolves `send()` only with the first output frame, so nothing here waits for it before the input flows; it
 * never retries, and it reports a lost stream as a normal end (docs/protocol.md, "The far side").
 */
export class BedrockSpeechModel implements SpeechModel {
  constructor(
    private readonly client: BedrockRuntimeClient,
    private readonly modelId: string,
  ) {}

  open(input: AsyncIterable<Uint8Array>, signal: AbortSignal): SpeechStream {
    const response = this.client.send(
      new InvokeModelWithBidirectionalStreamCommand({ modelId: this.modelId, body: chunksOf(input) }),
      { abortSignal: signal },
    );
    // Whoever reads the output sees the failure; until then it must not count as unhandled.
    response.catch(() => undefined);
    return { output: outputOf(response) };
  }
}

/** A client for bidirectional streams: API keys are refused for them, so only SigV4, from the default credential chain. */
export const createBedrockClient = (region: string) =>
  new BedrockRuntimeClient({ region, authSchemePreference: ['sigv4'], logger: quiet });

/** The SDK warns on the console of each stream that fails; the call tells of it in our own log. */
const nothing = () => undefined;
const quiet = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

async function* chunksOf(input: AsyncIterable<Uint8Array>) {
  for await (const bytes of input) yield { chunk: { bytes } };
}

async function* outputOf(
  response: Promise<InvokeModelWithBidirectionalStreamCommandOutput>,
): AsyncGenerator<Uint8Array> {
  const { body } = await response;
  for await (const { chunk } of body ?? []) if (chunk?.bytes) yield chunk.bytes;
}
