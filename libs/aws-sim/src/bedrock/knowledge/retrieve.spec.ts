import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockAgentRuntimeClient, RetrieveCommand } from '@aws-sdk/client-bedrock-agent-runtime';
import { loadDocuments, splitMarkdown, startBedrock, type BedrockSimulator } from '../index';
import { quiet } from '../testing/voice-caller';

const PAGE = `Before any heading.

# Voice calls

A call is one live speech session.

## Barge-in

Speaking over the answer stops it.

\`\`\`sh
# not a heading
npm start
\`\`\`

### Empty

## Limits

A stream lasts eight minutes, then the gateway rotates it.
`;

describe('documents', () => {
  it('are cut at headings, but not in code, and never empty', () => {
    const documents = splitMarkdown('docs/voice.md', PAGE);
    expect(documents.map(({ title }) => title)).toEqual([
      'Voice calls',
      'Voice calls',
      'Voice calls: Barge-in',
      'Voice calls: Limits',
    ]);
    expect(documents[2]?.text).toContain('# not a heading');
    expect(new Set(documents.map(({ uri }) => uri)).size).toBe(4);
  });

  it('are read from all markdown files of a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-docs-'));
    await mkdir(join(folder, 'deep'));
    await writeFile(join(folder, 'deep', 'a.md'), PAGE);
    await writeFile(join(folder, 'b.md'), '# B\n\ntext');
    await writeFile(join(folder, 'c.txt'), 'no markdown');
    const documents = await loadDocuments(folder);
    await rm(folder, { recursive: true });
    expect(documents).toHaveLength(5);
    expect(documents.at(-1)?.metadata).toEqual({ path: 'deep/a.md', heading: 'Limits' });
  });
});

describe('Retrieve, through the real SDK', () => {
  let simulator: BedrockSimulator;
  let client: BedrockAgentRuntimeClient;
  beforeAll(async () => {
    simulator = await startBedrock({ knowledgeBase: splitMarkdown('docs/voice.md', PAGE) });
    client = new BedrockAgentRuntimeClient({
      region: 'us-east-1',
      endpoint: simulator.endpoint,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      logger: quiet,
    });
  });
  afterAll(async () => {
    client.destroy();
    await simulator.close();
  });

  const retrieve = (text: string, numberOfResults?: number, nextToken?: string, knowledgeBaseId = 'PARLEYDOCS') =>
    client.send(
      new RetrieveCommand({
        knowledgeBaseId,
        retrievalQuery: { text },
        ...(numberOfResults && { retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults } } }),
        nextToken,
      }),
    );

  it('finds the passage that was meant, best first, in the shape of AWS', async () => {
    const { retrievalResults = [] } = await retrieve('How long does a stream last?');
    expect(retrievalResults[0]).toEqual({
      content: { text: expect.stringContaining('eight minutes'), type: 'TEXT' },
      location: { type: 'S3', s3Location: { uri: 's3://documents/docs/voice.md#3' } },
      score: expect.any(Number),
      metadata: expect.objectContaining({ title: 'Voice calls: Limits', path: 'docs/voice.md' }),
    });
    const scores = retrievalResults.map(({ score }) => score as number);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
  });

  it('gives as many as were asked for, and the rest page by page', async () => {
    const first = await retrieve('voice calls', 2);
    expect(first.retrievalResults).toHaveLength(2);
    const second = await retrieve('voice calls', 2, first.nextToken);
    const uris = [...(first.retrievalResults ?? []), ...(second.retrievalResults ?? [])].map(
      ({ location }) => location?.s3Location?.uri,
    );
    expect(new Set(uris).size).toBe(uris.length);
  });

  it('finds nothing where nothing is', async () => {
    expect((await retrieve('xylophone')).retrievalResults).toEqual([]);
  });

  it('does not know other knowledge bases, and refuses an empty question', async () => {
    await expect(retrieve('a', 1, undefined, 'OTHER')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(retrieve(' ')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(retrieve('a', 101)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(retrieve('a', 1, 'broken')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it.each([
    [403, 'AccessDeniedException'],
    [429, 'ThrottlingException'],
    [500, 'InternalServerException'],
  ] as const)('answers %i when that fault is on', async (status, name) => {
    simulator.faults.next({ kind: 'http', status, operation: 'retrieve' });
    await expect(retrieve('a')).rejects.toMatchObject({ name });
  });

  it('breaks off or waits when that fault is on', async () => {
    for (const kind of ['drop', 'reset'] as const) {
      simulator.faults.next({ kind });
      await expect(retrieve('a')).rejects.toThrow();
    }
    simulator.faults.next({ kind: 'stall', forMs: 5 });
    await expect(retrieve('a')).resolves.toBeDefined();
    simulator.faults.next({ kind: 'stall' });
    const abort = new AbortController();
    const command = new RetrieveCommand({ knowledgeBaseId: 'PARLEYDOCS', retrievalQuery: { text: 'a' } });
    const waiting = client.send(command, { abortSignal: abort.signal });
    const record = await simulator.requests.until(({ outcome }) => outcome === 'open');
    abort.abort();
    await expect(waiting).rejects.toThrow();
    await simulator.requests.until((other) => other === record && other.outcome === 'cancelled');
  });
});
