import { entryFrame } from '@parley/conversations';
import type { Entry } from '@parley/protocol';
import { hiddenFrom } from './hiding';
import type { Listener } from './listener';

type FrameOf = (text: string) => Uint8Array;

/**
 * One piece of news as listeners get it: framed once for all of them, and a second time for those who block the person it
 * comes from. It is taken apart only where somebody blocks anybody.
 */
export class News {
  private readonly frame: Uint8Array;
  private read: { by: string | undefined; hidden: Uint8Array | undefined } | undefined;

  constructor(
    private readonly text: string,
    private readonly frameOf: FrameOf,
  ) {
    this.frame = frameOf(text);
  }

  /** Nothing where there is nothing left to tell: who types, comes and reads is no place of the log. */
  for({ blocked }: Pick<Listener, 'blocked'>): Uint8Array | undefined {
    if (blocked.size === 0) return this.frame;
    this.read ??= this.takeApart();
    const { by, hidden } = this.read;
    return by !== undefined && blocked.has(by) ? hidden : this.frame;
  }

  private takeApart(): { by: string | undefined; hidden: Uint8Array | undefined } {
    const { data } = JSON.parse(this.text) as { data: NewsData };
    const entry = data.message ?? data.entry;
    if (entry === undefined) return { by: (data.principal ?? data.members?.[0]?.principal)?.id, hidden: undefined };
    const by = entry.author.id;
    const hidden = hiddenFrom(new Set([by]), entry);
    return { by, hidden: hidden === entry ? this.frame : this.frameOf(entryFrame(hidden)) };
  }
}

/** What is told of a room: an entry, or somebody who types, comes or reads. */
interface NewsData {
  message?: Entry;
  entry?: Entry;
  principal?: { id: string };
  members?: { principal: { id: string } }[];
}
