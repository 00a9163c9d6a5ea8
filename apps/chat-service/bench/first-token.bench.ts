import { PIPE, ask, freshAgent, openStage } from './stage';

const QUESTIONS = 31;

/** In place of processor time: the median time to the first token of questions one after the other, by the clock. */
export default async function open() {
  const { each, pace, close } = await openStage();
  const table = {
    title:
      'Time to the first token, one question after the other (microseconds of the clock, the store’s own time in it)',
    what: 'question',
    baseline: PIPE,
    batch: 1,
    rounds: 5,
    warmUp: 1,
    contenders: each(async (contender) => {
      await pace(1_000, 3);
      freshAgent();
      const times: number[] = [];
      for (let index = 0; index < QUESTIONS; index += 1) times.push((await ask(contender.url)).firstTokenMs);
      return times.sort((one, other) => one - other)[Math.floor(QUESTIONS / 2)]! * 1_000;
    }),
  };
  return { tables: [table], close };
}
