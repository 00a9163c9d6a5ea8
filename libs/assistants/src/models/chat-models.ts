import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { LanguageModel } from 'ai';
import type { Assistant, ModelName } from '../domain/assistant';

export interface ChatModelOptions {
  /** What `default` means, such as `bedrock:amazon.nova-lite-v1:0`. */
  default: string;
  region: string;
  /** Where Bedrock is. Without it `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, without that AWS's own for the region. */
  endpoint?: string;
  environment?: Readonly<Record<string, string | undefined>>;
}

export type ChatModels = (assistant: Pick<Assistant, 'model'>) => LanguageModel;

/**
 * The language models of the assistants.
 *
 * Requests to Bedrock are signed with credentials of AWS's default chain (environment, profile, container, instance),
 * looked up when the first request is made. The AI SDK's own default knows environment variables only and fails on ECS.
 * With `AWS_BEARER_TOKEN_BEDROCK` set, that key is sent in place of a signature; unset or blank, nothing of it is used.
 *
 * @throws Error for a provider other than `bedrock`: a wrong configuration must not start.
 */
export function createChatModels(options: ChatModelOptions): ChatModels {
  const { region, environment = process.env } = options;
  const credentialProvider = fromNodeProviderChain({ clientConfig: { region } });
  const bedrock = createAmazonBedrock({
    region,
    // Always given: left to itself the package also follows AWS_ENDPOINT_URL, which may be meant for another emulator.
    baseURL: options.endpoint || environment.AWS_ENDPOINT_URL_BEDROCK_RUNTIME || endpointOf(region),
    credentialProvider,
  });
  const defaultId = modelIdOf(options.default);
  return ({ model }) => bedrock(model === 'default' ? defaultId : modelIdOf(model));
}

/** Bedrock's id in the name of a model. @throws Error for another provider. */
export function modelIdOf(name: ModelName | (string & {})): string {
  const [, provider, id] = /^([^:]*):(\S+)$/.exec(name) ?? [];
  if (provider !== 'bedrock' || id === undefined) {
    throw new Error(`The model "${name}" cannot be used: write bedrock:<model id>, the only provider there is so far`);
  }
  return id;
}

const endpointOf = (region: string): string =>
  `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
