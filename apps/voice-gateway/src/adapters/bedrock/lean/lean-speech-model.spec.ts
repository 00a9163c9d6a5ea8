import { speechModelContract } from '../testing/speech-model.contract';
import { bedrockEndpoint, LeanSpeechModel } from './lean-speech-model';

speechModelContract('our own frames over HTTP/2', (endpoint, options = {}) => {
  const {
    secretAccessKey = 'local',
    modelId = 'amazon.nova-2-sonic-v1:0',
    sessionToken,
    startMs,
    onCredentials,
  } = options;
  const credentials = {
    accessKeyId: 'local',
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
  return new LeanSpeechModel({
    endpoint: new URL(endpoint),
    region: 'us-east-1',
    modelId,
    credentials: async ({ forceRefresh = false } = {}) => {
      onCredentials?.(forceRefresh);
      return credentials;
    },
    ...(startMs === undefined ? {} : { startMs }),
  });
});

it('knows where Bedrock is', () => {
  expect(bedrockEndpoint('eu-north-1', {}).href).toBe('https://bedrock-runtime.eu-north-1.amazonaws.com/');
  expect(bedrockEndpoint('eu-north-1', { AWS_ENDPOINT_URL: 'http://a:1' }).href).toBe('http://a:1/');
  expect(
    bedrockEndpoint('eu-north-1', { AWS_ENDPOINT_URL: 'http://a:1', AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://b:2' })
      .host,
  ).toBe('b:2');
});
