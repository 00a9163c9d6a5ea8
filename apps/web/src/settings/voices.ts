/** Voices of Amazon Nova 2 Sonic by what they speak (Amazon Nova user guide, "Available voices", read in November 2026). */
export const VOICES: readonly { language: string; voices: readonly { id: string; name: string }[] }[] = [
  { language: 'English (US)', voices: voices('tiffany', 'matthew') },
  { language: 'English (GB)', voices: voices('amy') },
  { language: 'English (Australia)', voices: voices('olivia') },
  { language: 'English (India) and Hindi', voices: voices('kiara', 'arjun') },
  { language: 'French', voices: voices('ambre', 'florian') },
  { language: 'German', voices: voices('tina', 'lennart') },
  { language: 'Italian', voices: voices('beatrice', 'lorenzo') },
  { language: 'Portuguese (Brazil)', voices: voices('carolina', 'leo') },
  { language: 'Spanish (US)', voices: voices('lupe', 'carlos') },
];

function voices(...ids: string[]): { id: string; name: string }[] {
  return ids.map((id) => ({ id, name: id.charAt(0).toUpperCase() + id.slice(1) }));
}
