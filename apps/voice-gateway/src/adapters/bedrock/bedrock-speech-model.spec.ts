import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { BedrockSpeechModel } from './bedrock-speech-model';
import { speechModelContract } from './testing/speech-model.contract';

const nothing = () => undefined;

speechModelContract('the AWS SDK', (endpoint, options = {}) => {
  const {
    secretAccessKey = 'local',
    modelId = 'amazon.nova-2-sonic-v1:0',
    startMs,
    sessionToken,
    onCredentials,
  } = options;
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint,
    credentials: async ({ forceRefresh = false }: { forceRefresh?: boolean } = {}) => {
      onCredentials?.(forceRefresh);
      return { accessKeyId: 'local', secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
    },
    authSchemePreference: ['sigv4'],
    logger: { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
  return new BedrockSpeechModel(client, modelId, startMs);
});
