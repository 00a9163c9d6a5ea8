import { changeSettings } from './settings';
import { LANGUAGES, voiceName, voicesOf } from './voices';

/** The voices of the language that was chosen; without one all of them, each at home in one. */
export function VoiceChoice({ language, chosen }: { language?: string; chosen?: string }) {
  return (
    <select value={chosen ?? ''} onChange={({ target }) => changeSettings({ voiceId: target.value || undefined })}>
      {language !== undefined ? (
        <Voices ids={voicesOf(language)} />
      ) : (
        <>
          <option value="">The assistant’s own</option>
          {LANGUAGES.map(({ id, name, voices }) => (
            <optgroup key={id} label={name}>
              <Voices ids={voices} />
            </optgroup>
          ))}
        </>
      )}
    </select>
  );
}

function Voices({ ids }: { ids: readonly string[] }) {
  return ids.map((id) => (
    <option key={id} value={id}>
      {voiceName(id)}
    </option>
  ));
}
