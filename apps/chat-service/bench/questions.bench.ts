import { SDK, askMany, freshAgent, openStage } from './stage';

const QUESTIONS = 100;

/** What a question costs once, whatever is answered: three tokens of it. The first one of a conversation is given a title. */
export default async function open() {
  const { each, pace, close } = await openStage();
  const table = (isFirst: boolean) => ({
    title: `${QUESTIONS} ${isFirst ? 'first questions, their titles included' : 'further questions'}, twenty at a time`,
    what: 'question',
    baseline: SDK,
    batch: QUESTIONS,
    rounds: 3,
    warmUp: 1,
    contenders: each(async (contender) => {
      await pace(1_000, 3);
      freshAgent();
      const before = await contender.usage();
      await askMany(contender.url, QUESTIONS, { isFirst });
      return (await contender.usage()).cpu - before.cpu;
    }),
  });
  return { tables: [table(true), table(false)], close };
}
