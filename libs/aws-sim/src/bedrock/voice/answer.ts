import { chime } from '../audio/chime';
import { detectDigits } from '../audio/dtmf';
import { joinSamples } from '../audio/pcm';
import { resample } from '../audio/resample';
import type { Utterance } from '../audio/utterances';

/** What was truly measured of an utterance, and nothing else: the simulator understands no words. */
export interface Heard {
  seconds: string;
  digits: string;
}

export interface Sentence {
  text: string;
  audio: Int16Array;
}

export interface ToolOutcome {
  name: string;
  result: string;
}

/** What an answer may refer to besides the caller's words. */
export interface AnswerContext {
  earlierMessages: number;
  outcomes: readonly ToolOutcome[];
  outputRateHz: number;
}

/** Longest part of a tool's result that is quoted. */
const QUOTED_CHARACTERS = 300;

export const hear = ({ samples, speechMs }: Utterance, rateHz: number): Heard => ({
  seconds: (speechMs / 1_000).toFixed(1),
  digits: detectDigits(samples, rateHz),
});

/** The USER transcript: lower case and without a full stop, as the real ones are. */
export const transcriptOf = ({ seconds, digits }: Heard): string =>
  `${seconds} seconds of speech${digits ? `, digits ${spaced(digits)}` : ''}`;

/** The answer to an utterance: a chime while it says what it heard, then the caller's own words. */
export function echoOf(utterance: Utterance, heard: Heard, inputRateHz: number, context: AnswerContext): Sentence[] {
  const { seconds, digits } = heard;
  const measured = `I heard ${seconds} seconds of speech${digits ? `, with the digits ${spaced(digits)}` : ''}.`;
  return [
    { text: introduced(measured, context), audio: chime(context.outputRateHz) },
    { text: 'Here it is again.', audio: resample(utterance.samples, inputRateHz, context.outputRateHz) },
  ];
}

/** The answer to typed text, spoken as a chime: there is no voice here to read it. */
export const replyTo = (text: string, context: AnswerContext): Sentence[] => [
  { text: introduced(`You typed: ${quoted(text)}.`, context), audio: chime(context.outputRateHz) },
];

/** All samples of the answer to an utterance, for whoever wants to compare what arrived with what should. */
export const answerAudioOf = (words: Int16Array, inputRateHz = 16_000, outputRateHz = 24_000): Int16Array =>
  joinSamples([chime(outputRateHz), resample(words, inputRateHz, outputRateHz)]);

function introduced(what: string, { earlierMessages, outcomes }: AnswerContext): string {
  const history =
    earlierMessages === 0 ? [] : [`I was given ${earlierMessages} earlier message${earlierMessages === 1 ? '' : 's'}.`];
  const tools = outcomes.map(({ name, result }) => `The tool ${name} answered: ${quoted(result)}.`);
  return ['This is a simulator.', what, ...history, ...tools].join(' ');
}

const quoted = (text: string) =>
  text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS).trim()}…` : text.trim();
const spaced = (digits: string) => [...digits].join(' ');
