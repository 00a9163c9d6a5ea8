/** What a speech model can do. Hangs on the model's id here, because the ids are AWS's and fixed. */
export interface SpeechProfile {
  /** Typed text in the middle of the audio is answered. */
  crossModal: boolean;
  turnDetection: boolean;
  voices: readonly string[];
}

const V1_VOICES = 'tiffany matthew amy ambre florian beatrice lorenzo greta lennart lupe carlos'.split(' ');
const V2_VOICES =
  'tiffany matthew amy olivia kiara arjun ambre florian beatrice lorenzo tina lennart lupe carlos carolina leo'.split(
    ' ',
  );

const V2: SpeechProfile = { crossModal: true, turnDetection: true, voices: V2_VOICES };

export const SPEECH_MODELS: Readonly<Record<string, SpeechProfile>> = {
  'amazon.nova-sonic-v1:0': { crossModal: false, turnDetection: false, voices: V1_VOICES },
  'amazon.nova-2-sonic-v1:0': V2,
  'amazon.nova-2-5-sonic': V2,
};

/** Text models are many and change often, so their ids are known by their makers; `us.` and the like are profiles. */
export const TEXT_MODEL =
  /^(?:(?:us|eu|apac|jp|au|global)\.)?(?:amazon\.nova-(?!.*sonic)|anthropic\.claude|meta\.llama|mistral\.|openai\.gpt-oss)[a-z0-9.:_-]*$/;
