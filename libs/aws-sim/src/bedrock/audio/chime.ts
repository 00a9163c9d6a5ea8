import { amplitudeOf } from './pcm';

const CHIME_MS = 240;
const NOTES_HZ = [659.25, 987.77] as const;
const LEVEL_DBFS = -18;

/** Two short falling notes that stand before every spoken answer, so that nobody takes the echo for a person. */
export function chime(rateHz = 24_000): Int16Array {
  const noteSamples = (rateHz * CHIME_MS) / 1_000 / NOTES_HZ.length;
  const out = new Int16Array(noteSamples * NOTES_HZ.length);
  NOTES_HZ.forEach((note, index) => {
    for (let i = 0; i < noteSamples; i++) {
      // A sine window over the note: it begins and ends at zero, so nothing clicks.
      const envelope = Math.sin((Math.PI * i) / noteSamples);
      out[index * noteSamples + i] = Math.round(
        amplitudeOf(LEVEL_DBFS) * envelope * Math.sin((2 * Math.PI * note * i) / rateHz),
      );
    }
  });
  return out;
}
