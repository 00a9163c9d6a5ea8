import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { SpeechModel } from '../../call/ports/speech-model.port';
import { BedrockSpeechModel, createBedrockClient } from './bedrock-speech-model';
import { bedrockEndpoint, LeanSpeechModel } from './lean/lean-speech-model';

/** How streams to the model are opened: our own frames over Node's HTTP/2, or the AWS SDK. Both keep the same promises. */
export const MODEL_ADAPTERS = ['lean', 'sdk'] as const;
export type ModelAdapter = (typeof MODEL_ADAPTERS)[number];

/** The speech model of this deployment, over the adapter that its configuration names. */
export function createSpeechModel(adapter: ModelAdapter, region: string, modelId: string): SpeechModel {
  if (adapter === 'sdk') return new BedrockSpeechModel(createBedrockClient(region), modelId);
  const credentials = fromNodeProviderChain({ clientConfig: { region } });
  return new LeanSpeechModel({ endpoint: bedrockEndpoint(region), region, modelId, credentials });
}
