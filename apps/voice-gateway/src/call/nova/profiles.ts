/** What a speech-to-speech model can do. Hung on the model, never asked of its id in the middle of the code. */
export interface NovaProfile {
  /** `sessionStart` takes `turnDetectionConfiguration`. */
  turnDetection: boolean;
  /** Text typed in the middle of a call is taken, and answered. */
  crossModalText: boolean;
  /** Goes on listening while a tool runs. */
  asyncTools: boolean;
  /** Voices by id; `undefined` where the list is not known: any is passed on, the model is the judge. */
  voices: ReadonlySet<string> | undefined;
}

/** Source: Amazon Nova 2 user guide, "Language support"; `greta` of v1 is gone, `tina` took her place. */
const NOVA_2_VOICES = [
  ...['tiffany', 'matthew', 'amy', 'olivia', 'kiara', 'arjun', 'ambre', 'florian', 'beatrice', 'lorenzo'],
  ...['tina', 'lennart', 'lupe', 'carlos', 'carolina', 'leo'],
];
const NOVA_1_VOICES = [
  ...['tiffany', 'matthew', 'amy', 'ambre', 'florian', 'beatrice', 'lorenzo', 'greta', 'lennart', 'lupe', 'carlos'],
];

const NOVA_1: NovaProfile = {
  turnDetection: false,
  crossModalText: false,
  asyncTools: false,
  voices: new Set(NOVA_1_VOICES),
};
const NOVA_2: NovaProfile = {
  turnDetection: true,
  crossModalText: true,
  asyncTools: true,
  voices: new Set(NOVA_2_VOICES),
};

/**
 * The profile of a model. A later model than we know is taken for a Nova 2 whose voices are not known: the wire only grew
 * so far, and an unknown voice is refused by the model itself, in words.
 */
export function profileOf(modelId: string): NovaProfile {
  if (modelId.includes('nova-sonic-v1')) return NOVA_1;
  if (modelId.includes('nova-2-sonic')) return NOVA_2;
  return { ...NOVA_2, voices: undefined };
}
