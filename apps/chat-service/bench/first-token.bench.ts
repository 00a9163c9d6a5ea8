import { randomUUID } from 'node:crypto';
import type { Span } from './processes';
import { PIPE, ask, freshAgent, openStage } from './stage';

const WARM_UP = 60;
const QUESTIONS = 200;

/** How much of a time was waited for something, by one request or by several at once. */
function waited([from, to]: Span, waits: Span[]): number {
  let sum = 0;
  let upTo = from;
  for (const [began, ended] of [...waits].sort(([one], [other]) => one - other)) {
    sum += Math.max(0, Math.min(ended, to) - Math.max(began, upTo));
    upTo = Math.max(upTo, ended);
  }
  return sum;
}

const median = (values: number[]): number => values.sort((one, other) => one - other)[Math.floor(values.length / 2)]!;

/** Questions one after the other, each the first of its conversation, by the clock; what is the store's own is told apart. */
export default async function open() {
  const { each, pace, close } = await openStage();
  const measured = each(async (contender) => {
    await pace(1_000, 3);
    freshAgent();
    const whole: number[] = [];
    const own: number[] = [];
    for (let index = 0; index < WARM_UP + QUESTIONS; index += 1) {
      const { askedAt, firstTokenAt } = await ask(contender.url, randomUUID(), index);
      const waits = await contender.waits();
      if (index < WARM_UP) continue;
      whole.push(firstTokenAt - askedAt);
      own.push(firstTokenAt - askedAt - waited([askedAt, firstTokenAt], waits));
    }
    return [median(whole), median(own)] as const;
  });
  const table = {
    title: `Time to the first token, p50 of ${QUESTIONS} first questions (wanted: the store aside, at most 3 ms over the pipe)`,
    async figures() {
      const rows: string[][] = [];
      const pipe = (await measured[PIPE]!())[0];
      for (const [name, measure] of Object.entries(measured)) {
        const [whole, own] = name === PIPE ? [pipe, pipe] : await measure();
        rows.push([name, whole.toFixed(2), (whole - own).toFixed(2), own.toFixed(2), (own - pipe).toFixed(2)]);
      }
      return { head: ['', 'ms', 'of it waiting for the store', 'the rest', 'the rest over the pipe'], rows };
    },
  };
  return { tables: [table], close };
}
