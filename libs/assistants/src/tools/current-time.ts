import { z } from 'zod';
import { defineTool, type Tool } from '../domain/tool';

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'a time zone of the IANA list, such as Europe/Berlin')
  .default('UTC')
  .describe('IANA time zone, such as Europe/Berlin. Ask where the person is when it matters.');

/** What time it is somewhere. @param now epoch milliseconds. */
export function currentTime(now: () => number): Tool {
  return defineTool({
    name: 'currentTime',
    description: 'The current date, weekday and time in a time zone.',
    inputSchema: z.object({ timeZone }),
    async execute(input) {
      const at = new Date(now());
      const inWords = new Intl.DateTimeFormat('en-GB', {
        dateStyle: 'full',
        timeStyle: 'short',
        timeZone: input.timeZone,
      });
      return { timeZone: input.timeZone, inWords: inWords.format(at), utc: at.toISOString() };
    },
  });
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
