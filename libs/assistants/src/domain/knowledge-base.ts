/** A piece of a document that answers a search. */
export interface Passage {
  text: string;
  /** Name of the document, fit to be told. */
  source?: string;
  /** Of a document that is a web page. */
  url?: string;
  /** Higher is better; comparable within one search. */
  score?: number;
}

/** Where documents are searched. */
export interface KnowledgeBase {
  /** The best passages, best first. */
  search(text: string, options: { limit: number; signal: AbortSignal }): Promise<Passage[]>;
}
