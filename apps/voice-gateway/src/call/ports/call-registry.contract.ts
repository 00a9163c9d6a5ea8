import { randomUUID } from 'node:crypto';
import type { CallRecord, CallRegistry } from './call-registry.port';

/** One deployment's registry: processes that share it, and a clock that the test moves. */
export interface RegistrySubject {
  /** Another process; calls are over when they are not renewed for a minute. */
  process(): CallRegistry;
  clock: { now: number };
  close?(): Promise<void>;
}

/** What every adapter of {@link CallRegistry} promises. */
export function describeCallRegistry(name: string, make: () => Promise<RegistrySubject>): void {
  describe(`the registry of calls: ${name}`, () => {
    let subject: RegistrySubject;
    beforeEach(async () => void (subject = await make()));
    afterEach(() => subject.close?.());

    const record = (): CallRecord => ({
      callId: randomUUID(),
      principalId: 'alice',
      conversationId: 'a-conversation',
      assistant: 'general',
      voiceId: 'amy',
      language: 'en-GB',
      startedAt: 1,
    });

    const going = ({ callId }: CallRecord) => [{ callId, streams: 1 }];

    it('hands a call to another process, with its facts, and tells the first when it renews', async () => {
      const [one, two] = [subject.process(), subject.process()];
      const call = record();
      await one.open(call);
      expect(await one.renew(going(call))).toEqual([]);
      expect(await two.take(call.callId, 'alice')).toEqual(call);
      expect(await one.renew(going(call))).toEqual([call.callId]);
      expect(await two.renew(going(call))).toEqual([]);
    });

    it('notes a call twice for the same process, and leaves it to the one that took it in between', async () => {
      const [one, two] = [subject.process(), subject.process()];
      const call = record();
      expect([await one.open(call), await one.open(call)]).toEqual([true, true]);
      expect(await two.take(call.callId, 'alice')).toEqual(call);
      expect(await one.open(call)).toBe(false);
      expect(await two.renew(going(call))).toEqual([]);
      expect(await one.renew(going(call))).toEqual([call.callId]);
    });

    it('hands no call to somebody else, and none that is unknown or over', async () => {
      const [one, two] = [subject.process(), subject.process()];
      const [mine, over] = [record(), record()];
      await one.open(mine);
      await one.open(over);
      await one.close(over.callId);
      expect(await two.take(mine.callId, 'mallory')).toBeUndefined();
      expect(await two.take(over.callId, 'alice')).toBeUndefined();
      expect(await two.take(randomUUID(), 'alice')).toBeUndefined();
      expect(await two.take('no uuid at all', 'alice')).toBeUndefined();
      expect(await one.renew(going(mine))).toEqual([]);
    });

    it('takes a call for over that nobody renewed for a minute, and not one second earlier', async () => {
      const [one, two] = [subject.process(), subject.process()];
      const [kept, left] = [record(), record()];
      await one.open(kept);
      await one.open(left);
      subject.clock.now += 50_000;
      await one.renew(going(kept));
      subject.clock.now += 11_000;
      expect(await two.take(left.callId, 'alice')).toBeUndefined();
      expect(await two.take(kept.callId, 'alice')).toMatchObject({ callId: kept.callId });
    });

    it('does not let a process close what another one carries on', async () => {
      const [one, two] = [subject.process(), subject.process()];
      const call = record();
      await one.open(call);
      await two.take(call.callId, 'alice');
      await one.close(call.callId);
      expect(await one.take(call.callId, 'alice')).toMatchObject({ callId: call.callId });
    });

    it('gives a call to one of two who take it at once, in the end', async () => {
      const [one, two, three] = [subject.process(), subject.process(), subject.process()];
      const call = record();
      await one.open(call);
      await Promise.all([two.take(call.callId, 'alice'), three.take(call.callId, 'alice')]);
      const lost = [...(await two.renew(going(call))), ...(await three.renew(going(call)))];
      expect(lost).toEqual([call.callId]);
    });
  });
}
