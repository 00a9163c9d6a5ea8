import type { AudioTimes } from '../src/support/browser';

/** One question and the word said over its answer, in milliseconds. */
export interface Loop {
  /** From the end of the question to the first audio frame of the answer, and to its first sound. */
  answeredMs: number;
  audibleMs: number;
  /**
   * From the first sound of the word to the news that it interrupts, and to the silence after the last sound of the answer.
   * When the news comes in a pause between two of its sounds, that pause is silence from the news on, no earlier.
   */
  toldMs: number;
  silentMs: number;
}

/** Louder than this is speech: a sample of what is sent, and one of what is played. */
const LOUD = { sent: 1_000, played: 0.02 };
/** A frame is sent when its last sample is there: what it carries began this long before. */
const FRAME_MS = 32;
/** A pause in speech that is no end of it. */
const PAUSE_MS = 300;

/** Every question whose answer was heard and then spoken over; one that the room spoilt is left out. */
export function loopsOf({ played, sent, received, interruptedAt }: AudioTimes): Loop[] {
  const said = spans(sent.filter(({ peak }) => peak > LOUD.sent).map(({ at }) => at));
  const loud = (block: { peak: number }) => block.peak > LOUD.played;
  return said.slice(0, -1).flatMap((question, n) => {
    const word = said[n + 1]!;
    const answered = received.find((at) => at > question.to);
    const audible = played.find((block) => block.at > question.to && loud(block))?.at;
    const told = interruptedAt.find((at) => at > word.from);
    if (answered === undefined || audible === undefined || told === undefined) return [];
    // Not spoken over: the answer came later, or this word is the question of the next turn.
    if (audible > word.from || told > word.to + PAUSE_MS) return [];
    // A quiet block may be a pause of this answer: what is loud until the next answer comes is still this one.
    const next = received.find((at) => at > Math.max(told, word.to));
    if (next === undefined) return [];
    const until = played.filter(({ at }) => at > word.from && at < next);
    const silent = until[until.findLastIndex(loud) + 1]?.at;
    if (silent === undefined) return [];
    return [
      {
        answeredMs: answered - question.to,
        audibleMs: audible - question.to,
        toldMs: told - word.from,
        silentMs: Math.max(silent, told) - word.from,
      },
    ];
  });
}

/** Times that follow each other closely, as stretches. */
function spans(times: number[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const at of times) {
    const last = found.at(-1);
    if (last !== undefined && at - last.to < PAUSE_MS) last.to = at;
    else found.push({ from: at - FRAME_MS, to: at });
  }
  return found;
}
