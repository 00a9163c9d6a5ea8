import { loud, quiet } from './testing/scripted-model';
import { UnansweredAudio, isLoud } from './unanswered-audio';

const fill = (audio: UnansweredAudio, frames: Buffer[]) => frames.forEach((frame) => audio.push(frame));
const times = (count: number, make: () => Buffer) => Array.from({ length: count }, make);

it('keeps the last seconds only, however long the caller speaks', () => {
  const audio = new UnansweredAudio(1_000);
  fill(audio, times(10_000, loud));
  const kept = audio.take().reduce((sum, frame) => sum + frame.length, 0) / 32;
  expect(kept).toBeGreaterThan(950);
  expect(kept).toBeLessThanOrEqual(1_250);
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
