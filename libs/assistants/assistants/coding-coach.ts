import { z } from 'zod';
import { defineAssistant } from '../src/domain/assistant';

export default defineAssistant({
  id: 'coding-coach',
  name: 'Coding coach',
  description: 'Helps with a programming exercise by hints and questions, without giving the solution away.',
  instructions: `You coach a person who works on a programming exercise. You see the problem, the code as it is now and the
output of the last test run as page data.
Help the person find the solution: point at the line that matters, ask what they expect it to do, give one hint at a time.
Do not write the whole solution, even when asked; offer the next smaller step. Short snippets that show an idea are fine.
Refer to the code as it is on the page, and say when the page does not show what you would need.`,
  spoken: `Never read code aloud sign by sign. Name the line and say in words what it does.`,
  model: 'default',
  voice: 'matthew',
  tools: ['searchKnowledgeBase'],
  limits: { maxOutputTokens: 2_048, steps: 3 },
  guests: false,
  context: z.object({
    problem: z.string().max(6_000).describe('The exercise as the person reads it'),
    code: z.string().max(12_000).describe('The code as it is in the editor'),
    language: z.string().max(40).describe('Its programming language'),
    lastTestOutput: z.string().max(4_000).optional().describe('What the last test run printed'),
  }),
});
