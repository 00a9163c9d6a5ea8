import { MemoryGenerationLog, type GenerationClaim, type GenerationClaims } from '@parley/conversations';
import { Generations } from './generations';

const claimOf = (generationId: string) =>
  ({ generationId, conversationId: generationId, state: 'running' }) as GenerationClaim;

/** A process, and what others leave for it in its lease. */
function process() {
  const stops: string[] = [];
  const renewed = Promise.withResolvers<void>();
  const claims = {
    stop: async () => true,
    finish: async () => true,
    renew: async () => (stops.length > 0 && renewed.resolve(), stops.splice(0)),
  } as unknown as GenerationClaims;
  const generations = new Generations({ claims, log: new MemoryGenerationLog(), report: () => undefined, renewMs: 1 });
  /** Runs one to its end; tells whether it was stopped when it began. */
  const isStopped = (generationId: string) =>
    new Promise<boolean>((resolve) =>
      generations.run(claimOf(generationId), (output) => {
        resolve(output.signal.aborted);
        return output.end('{}', { succeeded: true });
      }),
    );
  return { generations, stops, renewed: renewed.promise, isStopped };
}

describe('a stop that comes while the question is still written down', () => {
  it('is heard when its answer begins, and by no other', async () => {
    const { generations, isStopped } = process();
    expect(await generations.stop(claimOf('g'))).toBe(true);
    expect([await isStopped('other'), await isStopped('g'), await isStopped('g')]).toEqual([false, true, false]);
  });

  it('and was told once, with a sign of life, to the process that is to write it', async () => {
    const { generations, stops, renewed, isStopped } = process();
    const over = Promise.withResolvers<void>();
    generations.run(claimOf('another'), (output) => over.promise.then(() => output.end('{}', { succeeded: true })));
    stops.push('g');
    await renewed;
    await new Promise(setImmediate);
    expect(await isStopped('g')).toBe(true);
    over.resolve();
    await generations.done(claimOf('another'));
  });
});
