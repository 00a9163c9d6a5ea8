/** What a model takes and for how long. Times in milliseconds, sizes in UTF-8 bytes. */
export interface NovaLimits {
  /** How long a stream lives, whatever the traffic. */
  streamMs: number;
  /** A stream in which nobody spoke for so long is replaced; it is dropped somewhat later, although silence is sent. */
  silentMs: number;
  /** What a stream may be told of the past: messages, bytes of one piece of text, bytes in all with the instructions. */
  history: HistoryLimits;
  /** One piece of the instructions. */
  instructionsPieceBytes: number;
  /** Characters of a tool's answer, as JSON: it is spoken about, not read out. */
  toolResultCharacters: number;
}
export interface HistoryLimits {
  messages: number;
  pieceBytes: number;
  totalBytes: number;
}

/** What a speech-to-speech model can do. Hung on the model, never asked of its id in the middle of the code. */
export interface NovaProfile {
  /** Somebody has read what this model can do; of any other only what the first of its kind could is taken for granted. */
  known: boolean;
  /** `sessionStart` takes `turnDetectionConfiguration`. */
  turnDetection: boolean;
  /** Text typed in the middle of a call is taken, and answered. */
  crossModalText: boolean;
  /** Goes on listening and talking while a tool runs; any other is silent meanwhile, so its tools get less time. */
  asyncTools: boolean;
  /** Voices by id; `undefined` where the list is not known: any is passed on, the model is the judge. */
  voices: ReadonlySet<string> | undefined;
  limits: NovaLimits;
}

/** Source: Amazon Nova 2 user guide, "Language support"; `greta` of v1 is gone, `tina` took her place. */
const NOVA_2_VOICES = [
  ...['tiffany', 'matthew', 'amy', 'olivia', 'kiara', 'arjun', 'ambre', 'florian', 'beatrice', 'lorenzo'],
  ...['tina', 'lennart', 'lupe', 'carlos', 'carolina', 'leo'],
];
const NOVA_1_VOICES = [
  ...['tiffany', 'matthew', 'amy', 'ambre', 'florian', 'beatrice', 'lorenzo', 'greta', 'lennart', 'lupe', 'carlos'],
];

/**
 * Sources: Amazon Nova user guide ("Speech-to-speech", quotas), Nova 2 user guide ("Chat history": 1 KB a piece, 40 KB in all).
 * Not documented, but reported by users: the end of a quiet stream at 296 s, and instructions of 30 KB refused in one piece
 * and taken in pieces of 4 KB. The least of what is known of any of these models: it holds for each of them.
 */
const LIMITS: NovaLimits = {
  streamMs: 480_000,
  silentMs: 260_000,
  history: { messages: 40, pieceBytes: 1_000, totalBytes: 40_000 },
  instructionsPieceBytes: 4_000,
  toolResultCharacters: 6_000,
};
const UNKNOWN: NovaProfile = {
  ...{ known: false, turnDetection: false, crossModalText: false, asyncTools: false },
  voices: undefined,
  limits: LIMITS,
};
const NOVA_1: NovaProfile = { ...UNKNOWN, known: true, voices: new Set(NOVA_1_VOICES) };
const NOVA_2: NovaProfile = {
  ...{ known: true, turnDetection: true, crossModalText: true, asyncTools: true },
  voices: new Set(NOVA_2_VOICES),
  limits: LIMITS,
};
/** Seen in use, not documented: its voices are not known, and an unknown one is refused by the model itself, in words. */
const NOVA_2_5: NovaProfile = { ...NOVA_2, voices: undefined };

const KNOWN: readonly (readonly [part: string, profile: NovaProfile])[] = [
  ['nova-sonic-v1', NOVA_1],
  ['nova-2-sonic', NOVA_2],
  ['nova-2-5-sonic', NOVA_2_5],
];

/**
 * The profile of a model, by its id or by an ARN that holds it. Of one that nobody has read about nothing is asked that the
 * first of its kind would refuse: no turn detection, no text in the middle of a call, no patience for tools.
 */
export const profileOf = (modelId: string): NovaProfile =>
  KNOWN.find(([part]) => modelId.includes(part))?.[1] ?? UNKNOWN;
