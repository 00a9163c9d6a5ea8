import {
  BedrockAgentRuntimeClient,
  RetrieveCommand,
  type BedrockAgentRuntimeClientConfig,
  type KnowledgeBaseRetrievalResult,
} from '@aws-sdk/client-bedrock-agent-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { KnowledgeBase, Passage } from '../domain/knowledge-base';

/**
 * A knowledge base of Bedrock, searched with `Retrieve`. Credentials come from AWS's default chain, the endpoint from
 * `AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME` where it is set. Two attempts, four seconds each: a person is waiting.
 */
export function createBedrockKnowledgeBase(
  knowledgeBaseId: string,
  config: BedrockAgentRuntimeClientConfig = {},
): KnowledgeBase & { close(): void } {
  const client = new BedrockAgentRuntimeClient({
    maxAttempts: 2,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1_000,
      requestTimeout: 4_000,
      throwOnRequestTimeout: true,
    }),
    ...config,
  });
  return {
    async search(text, { limit, signal }) {
      const command = new RetrieveCommand({
        knowledgeBaseId,
        retrievalQuery: { text },
        retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: limit } },
      });
      const { retrievalResults = [] } = await client.send(command, { abortSignal: signal });
      return retrievalResults.map(passageOf).filter(({ text }) => text !== '');
    },
    close: () => client.destroy(),
  };
}

function passageOf({ content, location, score }: KnowledgeBaseRetrievalResult): Passage {
  const uri = location?.s3Location?.uri ?? location?.webLocation?.url;
  // The document's own name: a bucket and its folders are nobody's business.
  const source = uri?.split(/[?#]/)[0]?.split('/').filter(Boolean).at(-1);
  return {
    text: content?.text?.trim() ?? '',
    ...(source === undefined ? {} : { source }),
    ...(isWebAddress(location?.webLocation?.url) ? { url: location?.webLocation?.url } : {}),
    ...(score === undefined ? {} : { score }),
  };
}

/** What a page may link to: a data source is free to hold any scheme. */
const isWebAddress = (url: string | undefined): boolean => url !== undefined && /^https?:\/\//.test(url);
