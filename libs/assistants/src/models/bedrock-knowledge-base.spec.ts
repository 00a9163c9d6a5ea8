import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBedrockKnowledgeBase } from './bedrock-knowledge-base';

const seen: { url?: string; body: unknown; authorization?: string }[] = [];
let status = 200;
const results = [
  {
    content: { text: ' First ', type: 'TEXT' },
    location: { type: 'S3', s3Location: { uri: 's3://secret-bucket/a/guide.md' } },
    score: 0.7,
  },
  {
    content: { text: 'Second', type: 'TEXT' },
    location: { type: 'WEB', webLocation: { url: 'https://example.com/faq?x=1' } },
  },
  { content: { text: '' } },
];
const server = createServer(
  (request, response) => void answer(request).then((body) => response.writeHead(status).end(body)),
);
async function answer(request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { url, headers } = request;
  seen.push({ url, body: JSON.parse(Buffer.concat(chunks).toString()), authorization: headers.authorization });
  return JSON.stringify(status === 200 ? { retrievalResults: results } : { message: 'no' });
}

let base: ReturnType<typeof createBedrockKnowledgeBase>;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = createBedrockKnowledgeBase('KB12345678', {
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  base.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
const options = { limit: 3, signal: new AbortController().signal };

describe('a knowledge base of Bedrock', () => {
  it('is searched with Retrieve, signed, and tells names of documents instead of buckets', async () => {
    expect(await base.search('How?', options)).toEqual([
      { text: 'First', source: 'guide.md', score: 0.7 },
      { text: 'Second', source: 'faq', url: 'https://example.com/faq?x=1' },
    ]);
    expect(seen[0]).toMatchObject({
      url: '/knowledgebases/KB12345678/retrieve',
      body: {
        retrievalQuery: { text: 'How?' },
        retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 3 } },
      },
      authorization: expect.stringContaining('AWS4-HMAC-SHA256'),
    });
  });

  it('passes a failure on and hears the signal', async () => {
    status = 403;
    await expect(base.search('How?', options)).rejects.toThrow();
    await expect(base.search('How?', { limit: 1, signal: AbortSignal.abort() })).rejects.toThrow();
  });
});
