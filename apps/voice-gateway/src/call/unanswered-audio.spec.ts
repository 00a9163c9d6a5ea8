import { loud, quiet } from './testing/scripted-model';
import { UnansweredAudio, isLoud } from './unanswered-audio';

const fill = (audio: UnansweredAudio, frames: Buffer[]) => frames.forEach((frame) => audio.push(frame));
const times = (count: number, make: () => Buffer) => Array.from({ length: count }, make);

const msOf = (frames: Buffer[]) => frames.reduce((sum, frame) => sum + frame.length, 0) / 32;

it('keeps all that somebody says on and on, up to a bound', () => {
  const audio = new UnansweredAudio(1_000, 20_000);
  const sentence = [...times(60, loud), ...times(30, quiet)];
  for (let n = 0; n < 6; n += 1) fill(audio, sentence);
  expect(msOf(audio.take())).toBe(6 * 90 * 32);
  fill(audio, times(10_000, loud));
  expect(msOf(audio.take())).toBeGreaterThan(19_900);
  expect(msOf(audio.take())).toBeLessThanOrEqual(20_250);
});

it('forgets sooner what nothing came after: no model took it for a turn', () => {
  const audio = new UnansweredAudio(1_000, 20_000);
  fill(audio, times(200, loud));
  fill(audio, times(150, quiet));
  expect(audio.take()).toEqual([]);
});

it('says again from shortly before the first loud frame, and nothing of a silent room', () => {
  const audio = new UnansweredAudio();
  fill(audio, times(100, quiet));
  expect([audio.take(), audio.hasSpeech, audio.isSpeech]).toEqual([[], false, false]);
  fill(audio, times(3, loud));
  expect(audio.take()).toHaveLength(3 + 10);
  audio.clear();
  expect(audio.take()).toEqual([]);
});

it('forgets words that are too long ago, and finds those that came after them', () => {
  const audio = new UnansweredAudio(8_000);
  fill(audio, [loud(), ...times(5, quiet)]);
  expect(audio.hasSpeech).toBe(true);
  fill(audio, times(400, quiet));
  expect([audio.hasSpeech, audio.take()]).toEqual([false, []]);
  fill(audio, [loud(), ...times(150, quiet), loud(), ...times(200, quiet)]);
  expect(audio.hasSpeech).toBe(true);
  // The first of the two is gone by now, the second is not.
  expect(audio.take().filter(isLoud)).toHaveLength(1);
  fill(audio, times(400, quiet));
  expect(audio.hasSpeech).toBe(false);
});

it('takes a short pause for a part of the sentence, and a long one for its end', () => {
  const audio = new UnansweredAudio();
  fill(audio, [...times(5, loud), ...times(15, quiet)]);
  expect(audio.isSpeech).toBe(true);
  fill(audio, times(15, quiet));
  expect([audio.isSpeech, audio.hasSpeech]).toEqual([false, true]);
});

it('tells a voice from a room, whatever the sign of its samples', () => {
  const frame = Buffer.alloc(1_024);
  for (let at = 0; at < frame.length; at += 2) frame.writeInt16LE(at % 4 === 0 ? -600 : 600, at);
  expect([isLoud(frame), isLoud(quiet()), isLoud(Buffer.alloc(0))]).toEqual([true, false, false]);
});
