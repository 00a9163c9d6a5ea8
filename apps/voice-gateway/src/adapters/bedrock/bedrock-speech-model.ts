import {
  BedrockRuntimeClient,
  InvokeModelWithBidirectionalStreamCommand,
  type InvokeModelWithBidirectionalStreamCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import type { SpeechModel, SpeechStream } from '../../call/ports/speech-model.port';
import { isExpired, modelError, START_MS, StartTimeout } from './model-error';

/**
 * Nova Sonic through the AWS SDK: one HTTP/2 connection per stream.
 *
 * The SDK resolves `send()` only with the first output frame, so nothing here waits for it before the input flows; it
 * never retries, has no time limit, and reports a lost stream as a normal end (docs/protocol.md, "The far side").
 */
export class BedrockSpeechModel implements SpeechModel {
  /** Settled once the client has other credentials than those that were called expired. */
  private renewed: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: BedrockRuntimeClient,
    private readonly modelId: string,
    private readonly startMs = START_MS,
  ) {}

  open(input: AsyncIterable<Uint8Array>, signal: AbortSignal): SpeechStream {
    const stop = new AbortController();
    const onAbort = () => stop.abort();
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) stop.abort();
    let late: StartTimeout | undefined;
    const timer = setTimeout(() => {
      late = new StartTimeout(this.startMs);
      stop.abort();
    }, this.startMs);
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const command = new InvokeModelWithBidirectionalStreamCommand({ modelId: this.modelId, body: chunksOf(input) });
    // The innermost step is done with the headers; `send()` only with the first frame.
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        clearTimeout(timer);
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    const response = this.renewed.then(() => this.client.send(command, { abortSignal: stop.signal }));
    // Whoever reads the output sees the failure; until then it must not count as unhandled.
    response.then(undefined, over);
    const failureOf = (error: unknown) => {
      const failure = late ?? (signal.aborted ? undefined : named(error));
      // A renewal that fails is told by the stream that needs it.
      if (isExpired(failure))
        this.renewed = this.client.config.credentials({ forceRefresh: true }).catch(() => undefined);
      return failure;
    };
    return { output: outputOf(response, { over, failureOf, cancel: onAbort }) };
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
  stream: { over(): void; failureOf(error: unknown): unknown; cancel(): void },
): AsyncGenerator<Uint8Array> {
  try {
    const { body } = await response;
    for await (const { chunk } of body ?? []) if (chunk?.bytes) yield chunk.bytes;
  } catch (error) {
    const failure = stream.failureOf(error);
    if (failure !== undefined) throw failure;
  } finally {
    stream.over();
    stream.cancel();
  }
}

/** Exceptions that the SDK has no class for come as the frame spells them. */
const named = (error: unknown): unknown =>
  error instanceof Error && /^[a-z]\w*Exception$/.test(error.name) ? modelError(error.name, messageOf(error)) : error;

/** Of those exceptions the SDK makes the whole body the message. */
function messageOf({ message }: Error): string {
  try {
    return String((JSON.parse(message) as { message?: unknown }).message ?? message);
  } catch {
    return message;
  }
}
