import { AwsException } from '../wire/aws-exception';

/** The texts that AWS answers a broken rule with as they were seen in logs: likely, not promised. */
export const VIOLATION = {
  /** The one for whatever has no text of its own. */
  invalid: 'Invalid input request, please fix your input and try again.',
  historyAfterAudio: 'Chat history should be sent completely before streaming audio',
  historyTooLong: 'Chat history is over max limit. Trim chat history and try again.',
  emptyContent: 'Cannot end content as no content data was received',
  openContents: 'All contents must be closed before ending prompt',
  toolResult: 'Tool Response parsing error',
  contentFilter: 'This request has been blocked by our content filters.',
  noAudio: (promptName: string) => `Prompt [${promptName}] must have at least one audio content`,
  voice: (voiceId: string) => `Received invalid id: '${voiceId}'`,
  idle: (seconds: number) =>
    'Timed out waiting for audio bytes or interactive content. Please ensure gaps between audio bytes and interactive ' +
    `content are less than ${seconds} seconds`,
} as const;

export const MODEL_TIMEOUT = 'Model has timed out in processing the request. Try your request again.';

export const violation = (text: string): AwsException => new AwsException('ValidationException', text);

/** AWS's text without detail, and after it what the simulator knows: it is there for developers. */
export const invalid = (detail: string): AwsException => violation(`${VIOLATION.invalid} (simulator: ${detail})`);
