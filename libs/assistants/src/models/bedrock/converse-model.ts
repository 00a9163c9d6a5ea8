import type { ChatModel, ModelCall, ModelPart, ModelParts, ProviderModel } from '../chat-model';
import { headOf, responseTo, textRequest, type send } from '../provider-request';
import { ConverseDecoder } from './converse-decoder';
import { IncomingFrames } from './incoming-frames';

/**
 * A model of Bedrock: its package asks, and what is streamed we read ourselves, from the connection. The package's chain of
 * streams takes more than all else of a token, and of an open answer.
 */
export class ConverseModel implements ChatModel {
  /**
   * @param modelOver the package's model over a `fetch`; made anew for each answer, which costs next to nothing, so that the
   *   answer of a request is that of its call
   */
  constructor(
    private readonly modelOver: (fetch: typeof globalThis.fetch) => ProviderModel,
    private readonly sender: typeof send,
  ) {}

  readonly doGenerate: ChatModel['doGenerate'] = (call) =>
    this.modelOver(async (...request) => responseTo(await this.send(...request))).doGenerate(call);

  /** The package is given an answer without events, and says of it what it says of any: refusals, and how an answer begins. */
  async ask(call: ModelCall): Promise<ModelParts> {
    const begun = Promise.withResolvers<IncomingFrames>();
    const model = this.modelOver(async (...request) => {
      const message = await this.send(...request);
      if (message.statusCode !== 200) return responseTo(message);
      begun.resolve(new IncomingFrames(message));
      return new Response('', headOf(message));
    });
    const { stream } = await model.doStream(call);
    const beginning: ModelPart[] = [];
    for await (const part of stream) if (part.type !== 'finish') beginning.push(part);
    const frames = await begun.promise;
    return { read: (take, signal) => frames.read(new ConverseDecoder(beginning, take), signal) };
  }

  private async send(...given: Parameters<typeof fetch>): ReturnType<typeof send> {
    const request = textRequest(...given);
    if (request === undefined) throw new TypeError('only a text can be sent');
    return this.sender(request);
  }
}
