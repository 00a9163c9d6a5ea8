import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { defaultSettingsMiddleware, wrapLanguageModel } from 'ai';
import type { ModelName } from '../domain/assistant';
import { ConverseModel } from './bedrock/converse-model';
import { signedSend } from './bedrock/signed-send';
import type { ChatModel } from './chat-model';
import { parseModel, type Provider } from './model-name';
import { providerFetch } from './provider-fetch';
import { send } from './provider-request';
import { streamedModel } from './streamed-model';

/** A secret as it is now: asked for at each request, so that a new one is used without a restart. */
export type Secret = () => Promise<string | undefined>;

export interface ChatModelOptions {
  /** What `default` means, such as `bedrock:amazon.nova-lite-v1:0`. */
  default: string;
  region: string;
  /** Where Bedrock is. Without it `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, without that AWS's own for the region. */
  endpoint?: string;
  /** A Bedrock guardrail that every request to Bedrock names. */
  guardrail?: { id: string; version: string };
  google?: { apiKey: Secret; baseUrl?: string };
  /** `baseUrl` with its `/v1`, such as `http://localhost:11434/v1`. Many such servers want no key. */
  openai?: { baseUrl: string; apiKey?: Secret };
  environment?: Readonly<Record<string, string | undefined>>;
}

/** @throws Error for a model whose provider is not known or not configured. To be asked at start for each that is used. */
export type ChatModels = (name: ModelName) => ChatModel;

/**
 * The language models of the assistants.
 *
 * Requests to Bedrock are signed with credentials of AWS's default chain (environment, profile, container, instance),
 * looked up when the first request is made. The AI SDK's own default knows environment variables only and fails on ECS.
 * With `AWS_BEARER_TOKEN_BEDROCK` set, that key is sent in place of a signature; unset or blank, nothing of it is used.
 *
 * @throws Error for a default that cannot be used: a wrong configuration must not start.
 */
export function createChatModels(options: ChatModelOptions): ChatModels {
  const providers: Record<Provider, ((id: string) => ChatModel) | undefined> = {
    bedrock: bedrockOf(options),
    google: googleOf(options),
    openai: openaiOf(options),
  };
  const models = new Map<string, ChatModel>();
  const model = (name: string): ChatModel => {
    const { provider, id } = parseModel(name);
    const make = providers[provider];
    if (make === undefined) throw new Error(`The model "${name}" cannot be used: ${provider} is not configured`);
    const known = models.get(name) ?? make(id);
    models.set(name, known);
    return known;
  };
  model(options.default);
  return (name) => model(name === 'default' ? options.default : name);
}

function bedrockOf({ region, endpoint, guardrail, environment = process.env }: ChatModelOptions) {
  const key = environment.AWS_BEARER_TOKEN_BEDROCK?.trim();
  const settings = {
    region,
    // Always given: left to itself the package also follows AWS_ENDPOINT_URL, which may be meant for another emulator.
    baseURL: endpoint || environment.AWS_ENDPOINT_URL_BEDROCK_RUNTIME || endpointOf(region),
    // With any key the package signs nothing; where there is none our own signature takes the place of this one.
    apiKey: key || 'none',
  };
  const middleware = guardrail === undefined ? [] : [guardedBy(guardrail)];
  const sender = key ? send : signedSend(region, fromNodeProviderChain({ clientConfig: { region } }));
  return (id: string) =>
    new ConverseModel(
      (fetch) => wrapLanguageModel({ model: createAmazonBedrock({ ...settings, fetch })(id), middleware }),
      sender,
    );
}

function guardedBy({ id, version }: NonNullable<ChatModelOptions['guardrail']>) {
  const guardrailConfig = { guardrailIdentifier: id, guardrailVersion: version };
  return defaultSettingsMiddleware({ settings: { providerOptions: { bedrock: { guardrailConfig } } } });
}

function googleOf({ google }: ChatModelOptions) {
  if (google === undefined) return undefined;
  const { apiKey, baseUrl } = google;
  const provider = createGoogle({
    apiKey: required('google', apiKey),
    ...(baseUrl ? { baseURL: baseUrl } : {}),
    fetch: providerFetch,
  });
  return (id: string) => streamedModel(provider(id));
}

function openaiOf({ openai }: ChatModelOptions) {
  if (openai === undefined) return undefined;
  const { baseUrl: baseURL, apiKey } = openai;
  // Without `includeUsage` the server is not asked what an answer cost.
  const provider = createOpenAICompatible({
    name: 'openai',
    baseURL,
    includeUsage: true,
    fetch: providerFetch,
    ...(apiKey === undefined ? {} : { apiKey: async () => (await apiKey()) ?? '' }),
  });
  return (id: string) => streamedModel(provider(id));
}

const required = (provider: Provider, secret: Secret) => async () => {
  const key = await secret();
  if (key === undefined || key === '') throw new Error(`there is no key for ${provider}`);
  return key;
};

const endpointOf = (region: string): string =>
  `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
