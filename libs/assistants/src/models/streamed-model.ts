import type { ChatModel, ModelPart, ModelParts, ProviderModel } from './chat-model';

/** A model whose answers are read as its package streams them. */
export const streamedModel = (model: ProviderModel): ChatModel => ({
  doGenerate: (call) => model.doGenerate(call),
  ask: async (call) => partsOf((await model.doStream(call)).stream),
});

const partsOf = (stream: ReadableStream<ModelPart>): ModelParts => ({
  async read(take, signal) {
    const reader = stream.getReader();
    // An abort must end it also where the provider's stream does not hear of one.
    const cancel = () => void reader.cancel(signal.reason).catch(() => undefined);
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) take(next.value);
    } finally {
      signal.removeEventListener('abort', cancel);
      cancel();
    }
    signal.throwIfAborted();
  },
});
