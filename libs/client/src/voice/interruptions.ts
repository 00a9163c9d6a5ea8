/** Nova Sonic's in-band word that the person spoke over the answer: an assistant's text that is this JSON, in any spacing. */
export function isInterruptedMarker(content: string): boolean {
  const text = content.trim();
  if (!text.startsWith('{')) return false;
  try {
    return (JSON.parse(text) as { interrupted?: unknown }).interrupted === true;
  } catch {
    return false;
  }
}

/**
 * Which speech may be heard. A barge-in is announced up to three times (the marker, the end of a text block, the end of
 * the audio block), and audio that was on its way still arrives after it. Everything up to the next audio block is late;
 * an announcement that belongs to a barge-in already handled must not silence the answer that came after it.
 */
export class Interruptions {
  private readonly order = new Map<string, number>();
  private blocks = 0;
  private handledUpTo = -1;
  private dropping = false;
  private lateAudio = '';
  private currentAudio = '';

  blockStarted(contentId: string, isSpeech: boolean): void {
    this.blocks += 1;
    this.order.set(contentId, this.blocks);
    if (!isSpeech) return;
    this.dropping = false;
    this.currentAudio = contentId;
  }

  /** True when this is news: what is playing has to stop. */
  interrupted(contentId: string): boolean {
    if (this.dropping || (this.order.get(contentId) ?? this.blocks) <= this.handledUpTo) return false;
    this.handledUpTo = this.blocks;
    this.dropping = true;
    this.lateAudio = this.currentAudio;
    return true;
  }

  /** Whether speech that arrives now is to be played. Binary frames do not name their block. */
  mayPlay(contentId?: string): boolean {
    return !this.dropping && (contentId === undefined || contentId !== this.lateAudio);
  }
}
