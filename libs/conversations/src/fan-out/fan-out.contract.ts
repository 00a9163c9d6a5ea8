import type { FanOut } from './fan-out';
import { Ear } from '../testing/ear';

/** What each test needs: fan-outs of processes that hear each other. An adapter without others gives the same one twice. */
export interface FanOutSubject {
  here: FanOut;
  there: FanOut;
}

/** The suite that every adapter of the port passes. */
export function describeFanOut(name: string, subject: () => FanOutSubject): void {
  describe(name, () => {
    const topicOfTest = () => `topic ${expect.getState().currentTestName}`;

    it('reaches every subscriber of the topic, and no other, once and in order', async () => {
      const { here, there } = subject();
      const topic = topicOfTest();
      const ears = [await Ear.on(here, topic), await Ear.on(here, topic), await Ear.on(there, topic)];
      const other = await Ear.on(there, `${topic} of others`);
      const sent = Array.from({ length: 200 }, (_, index) => `message ${index}`);
      for (const message of sent) here.publish(topic, message);
      here.publish(`${topic} of others`, 'end');
      await other.until('end');
      for (const ear of ears) expect(await ear.until('message 199')).toEqual(sent);
      expect(other.heard).toEqual(['end']);
      for (const ear of [...ears, other]) ear.close();
    });

    it('tells its own process before it returns', async () => {
      const { here } = subject();
      const heard: string[] = [];
      const listener = { message: (payload: string) => void heard.push(payload), gap: () => undefined };
      const unsubscribe = here.subscribe(topicOfTest(), listener);
      here.publish(topicOfTest(), 'now');
      expect(heard).toEqual(['now']);
      unsubscribe();
    });

    it('carries any text, in topic and message', async () => {
      const { here, there } = subject();
      const topic = `${topicOfTest()} {a}:*\n\u{1F600}`;
      const ear = await Ear.on(there, topic);
      const messages = ['', 'g', '"{}\r\n', '\u{1F600}'.repeat(10_000), 'end'];
      for (const message of messages) here.publish(topic, message);
      expect(await ear.until('end')).toEqual(messages);
      ear.close();
    });

    it('ends one subscription and leaves the others, however often that is said', async () => {
      const { here, there } = subject();
      const topic = topicOfTest();
      const [gone, stays] = [await Ear.on(there, topic), await Ear.on(there, topic)];
      gone.close();
      gone.close();
      here.publish(topic, 'after');
      await stays.until('after');
      expect(gone.heard).toEqual([]);
      stays.close();
      const again = await Ear.on(there, topic);
      here.publish(topic, 'again');
      expect(await again.until('again')).toEqual(['again']);
      again.close();
    });

    it('is harmed by no listener that throws, or that leaves while it is told', async () => {
      const { here } = subject();
      const topic = topicOfTest();
      const fail = () => {
        throw new Error('a bug');
      };
      const ends = [here.subscribe(topic, { message: fail, gap: fail })];
      ends.push(here.subscribe(topic, { message: () => ends.forEach((end) => end()), gap: () => undefined }));
      const ear = await Ear.on(here, topic);
      here.publish(topic, 'first');
      here.publish(topic, 'second');
      expect(await ear.until('second')).toEqual(['first', 'second']);
      ear.close();
    });
  });
}
