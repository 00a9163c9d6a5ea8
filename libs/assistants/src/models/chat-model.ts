import type { wrapLanguageModel } from 'ai';

/** A model as the AI SDK's provider packages make one: what they promise each other, not what the SDK makes of it. */
export type ChatModel = ReturnType<typeof wrapLanguageModel>;

export type ModelCall = Parameters<ChatModel['doStream']>[0];
export type Prompt = ModelCall['prompt'];

/** A piece of what a model streams. */
export type ModelPart =
  Awaited<ReturnType<ChatModel['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never;
