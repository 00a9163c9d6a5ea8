import { GENERATION_KEPT_MS, type GenerationLog, type LoggedChunk } from './domain/generation-log';
import { seeded } from './testing/drafts';

export interface GenerationLogSubject {
  /** As the process sees it that writes. */
  writer: GenerationLog;
  /** As another process sees it, where there can be one. */
  reader: GenerationLog;
  /** How long the log of this ended generation is still kept, in milliseconds. */
  keptMs?(generationId: string): Promise<number>;
  close(): Promise<void>;
}

let generations = 0;
const newId = () => `generation-${process.pid}-${(generations += 1)}`;
const never = new AbortController().signal;
const terminal = '{"type":"finish"}';

/** What every GenerationLog promises. */
export function describeGenerationLog(name: string, make: () => Promise<GenerationLogSubject>): void {
  describe(`${name}: a generation log`, () => {
    let subject: GenerationLogSubject;
    beforeAll(async () => void (subject = await make()));
    afterAll(() => subject.close());

    const collect = async (id: string, after = 0) => {
      const all: LoggedChunk[] = [];
      for await (const chunk of subject.reader.read(id, { after, signal: never })) all.push(chunk);
      return all;
    };
    const write = async (id: string, chunks: readonly string[]) => {
      const writer = subject.writer.open(id);
      for (const chunk of chunks.slice(0, -1)) writer.append(chunk);
      await writer.end(chunks.at(-1)!);
    };
    const numbered = (count: number, from = 1) =>
      Array.from({ length: count - from + 1 }, (_, index) => ({ at: from + index, json: String(from + index) }));

    it('gives all of it to whoever reads before, during and after it is written', async () => {
      const id = newId();
      const early = collect(id);
      const writer = subject.writer.open(id);
      writer.append('1');
      writer.append('2');
      const during = collect(id);
      writer.append('3');
      await writer.end('4');
      expect(await early).toEqual(numbered(4));
      expect(await during).toEqual(numbered(4));
      expect(await collect(id)).toEqual(numbered(4));
    });

    it('gives what follows a place, and nothing behind the last', async () => {
      const id = newId();
      await write(id, ['1', '2', '3', '4', '5']);
      expect(await collect(id, 3)).toEqual(numbered(5, 4));
      expect(await collect(id, 5)).toEqual([]);
      expect(await collect(id, 99)).toEqual([]);
    });

    it('loses and repeats nothing, wherever readers are cut and come back', async () => {
      const random = seeded(7);
      const id = newId();
      const writer = subject.writer.open(id);
      const cutUp = async (): Promise<LoggedChunk[]> => {
        const seen: LoggedChunk[] = [];
        for (;;) {
          const cut = new AbortController();
          const upTo = Math.floor(random() * 40);
          let read = 0;
          for await (const chunk of subject.reader.read(id, { after: seen.at(-1)?.at ?? 0, signal: cut.signal })) {
            seen.push(chunk);
            if ((read += 1) > upTo) cut.abort();
          }
          if (seen.at(-1)?.json === terminal) return seen;
        }
      };
      const readers = Array.from({ length: 8 }, cutUp);
      for (let at = 1; at < 300; at += 1) {
        writer.append(String(at));
        if (random() < 0.1) await new Promise((resolve) => setImmediate(resolve));
      }
      await writer.end(terminal);
      for (const seen of await Promise.all(readers)) {
        expect(seen).toEqual([...numbered(299), { at: 300, json: terminal }]);
      }
    });

    it('gives every sign back as it was', async () => {
      const id = newId();
      const chunks = ['{"delta":"\\n\\r\\u0000 \u2028 Ünïcødé 🦜"}', '[]', '', 'x'.repeat(70_000), terminal];
      await write(id, chunks);
      expect((await collect(id)).map(({ json }) => json)).toEqual(chunks);
    });

    it('keeps generations apart', async () => {
      const [one, two] = [newId(), newId()];
      await Promise.all([write(one, ['1', '2']), write(two, ['a', 'b', 'c'])]);
      expect((await collect(one)).map(({ json }) => json)).toEqual(['1', '2']);
      expect((await collect(two)).map(({ json }) => json)).toEqual(['a', 'b', 'c']);
    });

    it('takes nothing after the terminal chunk', async () => {
      const id = newId();
      const writer = subject.writer.open(id);
      await writer.end(terminal);
      expect(() => writer.append('late')).toThrow('exactly one terminal chunk');
      expect((await collect(id)).map(({ json }) => json)).toEqual([terminal]);
    });

    it('lets a reader go who waits, also for what never begins', async () => {
      const leaving = new AbortController();
      const reading = subject.reader.read(newId(), { signal: leaving.signal }).next();
      leaving.abort();
      expect((await reading).done).toBe(true);
    });

    it('tells what is there without waiting, and goes on behind it with another writer', async () => {
      const id = newId();
      const dead = subject.writer.open(id);
      dead.append('1');
      dead.append('2');
      // What a process has written when it dies, another can read.
      const reading = subject.reader.read(id, { signal: never });
      expect([(await reading.next()).value, (await reading.next()).value]).toEqual(numbered(2));
      expect(await subject.reader.snapshot(id)).toEqual(numbered(2));
      const rest = reading.next();
      await subject.reader.open(id, { after: 2 }).end('3');
      expect((await rest).value).toEqual({ at: 3, json: '3' });
      expect((await reading.next()).done).toBe(true);
    });

    it('has nothing of a generation that nobody wrote', async () => {
      expect(await subject.reader.snapshot(newId())).toEqual([]);
    });

    it('is kept for ten minutes after the end', async () => {
      const id = newId();
      await write(id, ['1', terminal]);
      const kept = await subject.keptMs?.(id);
      if (kept !== undefined) {
        expect(kept).toBeGreaterThan(GENERATION_KEPT_MS - 60_000);
        expect(kept).toBeLessThanOrEqual(GENERATION_KEPT_MS);
      }
      expect(await collect(id)).toHaveLength(2);
    });
  });
}
