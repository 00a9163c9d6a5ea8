import { z } from 'zod';
import type { People } from '../domain/people';
import { defineTool, type Tool } from '../domain/tool';

/** Hands the person over to people: the conversation goes on as a room with them. */
export function callPeople(people: People): Tool {
  return defineTool({
    name: 'callPeople',
    description:
      'Brings people of the team into this conversation, who read what was said and answer in it. ' +
      'Use it when the person asks for a human, or agrees that a human should help. ' +
      'Then say that they were called and answer here, under Rooms, as soon as they can.',
    inputSchema: z.object({}),
    async execute(_, { principalId, conversationId }) {
      return { called: await people.bringIn(principalId, conversationId) };
    },
  });
}
