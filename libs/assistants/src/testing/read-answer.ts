import type { ChatModel, ModelCall, ModelPart } from '../models/chat-model';

export const QUESTION: ModelCall = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] };

/** Asks a model, and reads all parts of its answer. */
export async function readAnswer(model: ChatModel, call = QUESTION): Promise<ModelPart[]> {
  const parts: ModelPart[] = [];
  const answer = await model.ask(call);
  await answer.read((part) => parts.push(part), call.abortSignal ?? new AbortController().signal);
  return parts;
}
