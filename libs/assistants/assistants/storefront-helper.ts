import { z } from 'zod';
import { defineAssistant } from '../src/domain/assistant';

const money = z.object({ amount: z.number().nonnegative(), currency: z.string().length(3) });

export default defineAssistant({
  id: 'storefront-helper',
  name: 'Shop helper',
  description: 'Answers questions about the product on the page, the cart, delivery and returns.',
  instructions: `You help a visitor of a web shop. The product on the page and the cart come as page data.
Answer from the page data and from searchKnowledgeBase only. Prices, stock, delivery times and promises that you do not find
there you do not know: say so, and say where the visitor can ask.
Be friendly and brief, recommend without pressing, and never ask for passwords or payment details.`,
  spoken: `Say prices as words, such as nineteen euros fifty. Name at most two products in one turn.`,
  model: 'default',
  voice: 'amy',
  tools: ['searchKnowledgeBase', 'callPeople'],
  limits: { maxOutputTokens: 1_024, steps: 3 },
  guests: true,
  context: z.object({
    product: z
      .object({
        id: z.string().max(100),
        name: z.string().max(200),
        description: z.string().max(4_000).optional(),
        price: money.optional(),
        available: z.boolean().optional(),
      })
      .optional()
      .describe('The product on the page'),
    cart: z
      .array(z.object({ name: z.string().max(200), quantity: z.int().positive(), price: money.optional() }))
      .max(50)
      .optional()
      .describe('What is in the cart'),
  }),
});
