import type { UIMessageChunk } from 'ai';
import type { Source, Tool } from '../domain/tool';

/** Where an answer's facts come from: what its tools name as their sources, each once. */
export class SourceParts {
  private readonly toolOf = new Map<string, Tool>();
  private readonly told = new Set<string>();

  constructor(private readonly tools: readonly Tool[]) {}

  /** The chunks that follow a tool's answer. */
  of(chunk: UIMessageChunk): UIMessageChunk[] {
    if (chunk.type === 'tool-input-available') {
      const tool = this.tools.find(({ name }) => name.toLowerCase() === chunk.toolName.toLowerCase());
      if (tool !== undefined) this.toolOf.set(chunk.toolCallId, tool);
      return [];
    }
    if (chunk.type !== 'tool-output-available') return [];
    const sources = this.toolOf.get(chunk.toolCallId)?.sources?.(chunk.output as object) ?? [];
    return sources.flatMap((source) => this.fresh(source));
  }

  private fresh({ title, url }: Source): UIMessageChunk[] {
    const key = url ?? title;
    if (this.told.has(key)) return [];
    this.told.add(key);
    const sourceId = `source-${this.told.size}`;
    if (url !== undefined) return [{ type: 'source-url', sourceId, url, title }];
    return [{ type: 'source-document', sourceId, mediaType: 'text/plain', title }];
  }
}
