import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { ConverseModel } from './bedrock/converse-model';
import { chatModelContract } from './chat-model.contract';
import { providerFetch } from './provider-fetch';
import { send } from './provider-request';
import { streamedModel } from './streamed-model';

const bedrock = (baseURL: string, fetch: typeof globalThis.fetch) =>
  createAmazonBedrock({ region: 'eu-central-1', apiKey: 'key', baseURL, fetch })('some.model-v1:0');

describe('a model whose package reads its stream', () =>
  chatModelContract((url) => streamedModel(bedrock(url, providerFetch))));

describe('a model of Bedrock', () =>
  chatModelContract((url) => new ConverseModel((fetch) => bedrock(url, fetch), send)));
