import MiniSearch from 'minisearch';
import { z } from 'zod';
import { closeRecord, type Handled } from '../context';
import { AwsException } from '../wire/aws-exception';
import type { KnowledgeDocument } from './documents';

/** The shape of a Retrieve request (Bedrock API reference), as far as a search looks at it. */
const requestSchema = z.object({
  retrievalQuery: z.object({ text: z.string().trim().min(1).max(20_000) }),
  retrievalConfiguration: z
    .object({
      vectorSearchConfiguration: z
        .object({
          numberOfResults: z.number().int().min(1).max(100).default(5),
          overrideSearchType: z.enum(['SEMANTIC', 'HYBRID']).optional(),
        })
        .default({ numberOfResults: 5 }),
    })
    .default({ vectorSearchConfiguration: { numberOfResults: 5 } }),
  nextToken: z.string().optional(),
});

/** Scores of a vector search lie below 1; those of a text search have no end. This maps a good match to about 0.7. */
const HALF_SCORE = 10;

interface Hit {
  document: KnowledgeDocument;
  score: number;
}

/** A knowledge base that is searched by words: what AWS finds by meaning it finds only by its words. */
export class KnowledgeBase {
  private readonly index = new MiniSearch<KnowledgeDocument>({
    idField: 'uri',
    fields: ['title', 'text'],
    searchOptions: { boost: { title: 2 }, prefix: (term) => term.length > 3, fuzzy: 0.15 },
  });
  private readonly documents: ReadonlyMap<string, KnowledgeDocument>;

  constructor(documents: readonly KnowledgeDocument[]) {
    this.documents = new Map(documents.map((document) => [document.uri, document]));
    this.index.addAll([...this.documents.values()]);
  }

  /** Best first, with scores between 0 and 1. */
  search(text: string): Hit[] {
    return this.index.search(text).map(({ id, score }) => ({
      document: this.documents.get(id as string) as KnowledgeDocument,
      score: score / (score + HALF_SCORE),
    }));
  }
}

/** `Retrieve`. @throws AwsException */
export async function handleRetrieve(handled: Handled, base: KnowledgeBase | undefined): Promise<void> {
  const { exchange, record } = handled;
  record.body = await exchange.readJson();
  if (!base) {
    throw new AwsException('ResourceNotFoundException', `Knowledge Base with id ${record.target} does not exist`);
  }
  const parsed = requestSchema.safeParse(record.body);
  const from = parsed.success ? offsetOf(parsed.data.nextToken) : Number.NaN;
  if (!parsed.success || !Number.isInteger(from)) {
    const where = parsed.success ? 'nextToken' : parsed.error.issues[0]?.path.join('.');
    throw new AwsException('ValidationException', `The value at ${where || 'the request'} is not valid.`);
  }
  const { retrievalQuery, retrievalConfiguration } = parsed.data;
  const to = from + retrievalConfiguration.vectorSearchConfiguration.numberOfResults;
  const hits = base.search(retrievalQuery.text);
  const body = {
    retrievalResults: hits.slice(from, to).map(resultOf),
    ...(to < hits.length ? { nextToken: Buffer.from(String(to)).toString('base64') } : {}),
  };
  exchange.json(200, body);
  closeRecord(handled, 'answered');
}

const resultOf = ({ document: { uri, title, text, metadata }, score }: Hit) => ({
  content: { text, type: 'TEXT' },
  location: { type: 'S3', s3Location: { uri } },
  score,
  metadata: { 'x-amz-bedrock-kb-source-uri': uri, title, ...metadata },
});

const offsetOf = (nextToken: string | undefined) =>
  nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString('utf8') || Number.NaN);
