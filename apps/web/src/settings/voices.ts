import type { Settings } from './settings';

/** Voices of Amazon Nova 2 Sonic by the language they are at home in (Amazon Nova user guide, "Available voices", read in November 2026). */
export const LANGUAGES: readonly { id: string; name: string; voices: readonly string[] }[] = [
  { id: 'en-US', name: 'English (US)', voices: ['tiffany', 'matthew'] },
  { id: 'en-GB', name: 'English (GB)', voices: ['amy'] },
  { id: 'en-AU', name: 'English (Australia)', voices: ['olivia'] },
  { id: 'en-IN', name: 'English (India)', voices: ['kiara', 'arjun'] },
  { id: 'fr-FR', name: 'French', voices: ['ambre', 'florian'] },
  { id: 'de-DE', name: 'German', voices: ['tina', 'lennart'] },
  { id: 'hi-IN', name: 'Hindi', voices: ['kiara', 'arjun'] },
  { id: 'it-IT', name: 'Italian', voices: ['beatrice', 'lorenzo'] },
  { id: 'pt-BR', name: 'Portuguese (Brazil)', voices: ['carolina', 'leo'] },
  { id: 'es-US', name: 'Spanish (US)', voices: ['lupe', 'carlos'] },
];
/** These two speak all of them. */
const POLYGLOTS = ['tiffany', 'matthew'];

/** The voices that speak a language: those at home in it first. */
export function voicesOf(language: string): string[] {
  const { voices = [] } = LANGUAGES.find(({ id }) => id === language) ?? {};
  return [...new Set([...voices, ...POLYGLOTS])];
}

/**
 * What the choice of a language makes of the voice: one that speaks it stays, any other gives way to the first that does.
 * Without a language it is the assistant's own again.
 */
export function inLanguage(
  language: string | undefined,
  voiceId: string | undefined,
): Pick<Settings, 'language' | 'voiceId'> {
  if (language === undefined) return { language, voiceId: undefined };
  const voices = voicesOf(language);
  return { language, voiceId: voiceId !== undefined && voices.includes(voiceId) ? voiceId : voices[0] };
}

/** Its name for people. */
export const voiceName = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);
