import type { wrapLanguageModel } from 'ai';

/** A model as the AI SDK's provider packages make one: what they promise each other, not what the SDK makes of it. */
export type ProviderModel = ReturnType<typeof wrapLanguageModel>;

type ProviderCall = Parameters<ProviderModel['doStream']>[0];
export type Prompt = ProviderCall['prompt'];

/** All that an answer asks a model for. */
export type ModelCall = Pick<ProviderCall, 'prompt' | 'maxOutputTokens' | 'tools' | 'toolChoice' | 'abortSignal'>;

/** A piece of what a model streams. */
export type ModelPart =
  Awaited<ReturnType<ProviderModel['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never;

/** What a model answers. To be read once. */
export interface ModelParts {
  /**
   * Tells `take` of each part in the moment it comes, to the end of the answer. Whatever ends it before lets the provider go.
   *
   * @throws what broke the connection, what `take` threw, or why `signal` aborted
   */
  read(take: (part: ModelPart) => void, signal: AbortSignal): Promise<void>;
}

/** A model as an answer asks it. */
export interface ChatModel extends Pick<ProviderModel, 'doGenerate'> {
  /**
   * Resolves when the provider has begun to answer.
   *
   * @throws its refusal: an `APICallError` says whether it may help to ask again
   */
  ask(call: ModelCall): Promise<ModelParts>;
}
