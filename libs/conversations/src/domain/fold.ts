import type { Entry, Message } from '@parley/protocol';

/** An entry that says something about messages before it. */
export type Overlay = Exclude<Entry, Message>;

export const isMessage = (entry: Entry): entry is Message => entry.type === 'message';
export const isOverlay = (entry: Entry): entry is Overlay => entry.type !== 'message';

/**
 * The view of a log: its messages as they read now, ascending. Deleted and superseded ones are left out, edits applied.
 *
 * @param entries any piece of one log, in any order; an overlay that lies outside the piece is not known here.
 */
export function foldEntries(entries: readonly Entry[]): Message[] {
  return foldMessages(entries.filter(isMessage), entries.filter(isOverlay));
}

/** The same for messages and overlays that were read apart. */
export function foldMessages(messages: readonly Message[], overlays: readonly Overlay[]): Message[] {
  const { edits, deletions, supersessions } = sortOverlays(overlays);
  const isGone = ({ id, seq }: Message) =>
    (deletions.get(id) ?? 0) > seq || supersessions.some(({ from, seq: at }) => from <= seq && seq < at);

  return messages
    .filter((message) => !isGone(message))
    .sort((a, b) => a.seq - b.seq)
    .map((message) => {
      const edit = edits.get(message.id);
      return edit !== undefined && edit.seq > message.seq ? { ...message, parts: edit.parts } : message;
    });
}

/** An overlay speaks of what lies before it only, so of several for one message the last one decides. */
function sortOverlays(overlays: readonly Overlay[]) {
  const edits = new Map<string, Extract<Overlay, { type: 'edited' }>>();
  const deletions = new Map<string, number>();
  const supersessions: Extract<Overlay, { type: 'superseded' }>[] = [];
  for (const overlay of overlays) {
    switch (overlay.type) {
      case 'edited':
        if (overlay.seq > (edits.get(overlay.of)?.seq ?? 0)) edits.set(overlay.of, overlay);
        break;
      case 'deleted':
        deletions.set(overlay.of, Math.max(overlay.seq, deletions.get(overlay.of) ?? 0));
        break;
      case 'superseded':
        supersessions.push(overlay);
        break;
    }
  }
  return { edits, deletions, supersessions };
}
