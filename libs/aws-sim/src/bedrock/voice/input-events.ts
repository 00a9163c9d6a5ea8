import { z } from 'zod';

/** Shapes of the input events (Nova user guide, input events). Unknown fields are ignored. */
const promptName = z.string().min(1);
const contentName = z.string().min(1);
const rate = z.literal([8_000, 16_000, 24_000]);
const lpcm = {
  mediaType: z.literal('audio/lpcm'),
  sampleRateHertz: rate,
  sampleSizeBits: z.literal(16),
  channelCount: z.literal(1),
  audioType: z.literal('SPEECH'),
  encoding: z.literal('base64'),
};
const plainText = z.object({ mediaType: z.literal('text/plain') });

const toolSpec = z.object({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().min(1).optional(),
  // A string by the schema pages; the Nova 2 tool page also shows an object.
  inputSchema: z.object({ json: z.union([z.string(), z.record(z.string(), z.unknown())]) }),
});

const contentStart = z.discriminatedUnion('type', [
  z.object({
    promptName,
    contentName,
    type: z.literal('TEXT'),
    interactive: z.boolean().default(false),
    role: z.enum(['SYSTEM', 'SYSTEM_SPEECH', 'USER', 'ASSISTANT']),
    textInputConfiguration: plainText,
  }),
  z.object({
    promptName,
    contentName,
    type: z.literal('AUDIO'),
    interactive: z.literal(true),
    role: z.literal('USER'),
    audioInputConfiguration: z.object(lpcm),
  }),
  z.object({
    promptName,
    contentName,
    type: z.literal('TOOL'),
    interactive: z.boolean().default(false),
    role: z.literal('TOOL'),
    toolResultInputConfiguration: z.object({
      toolUseId: z.string().min(1),
      type: z.literal('TEXT'),
      textInputConfiguration: plainText,
    }),
  }),
]);

export const inputEvents = {
  sessionStart: z.object({
    inferenceConfiguration: z
      .object({
        maxTokens: z.number().int().positive().optional(),
        topP: z.number().min(0).max(1).optional(),
        temperature: z.number().min(0).max(1).optional(),
      })
      .optional(),
    turnDetectionConfiguration: z
      .object({ endpointingSensitivity: z.enum(['HIGH', 'MEDIUM', 'LOW']).optional() })
      .optional(),
  }),
  promptStart: z.object({
    promptName,
    textOutputConfiguration: plainText,
    audioOutputConfiguration: z.object({ ...lpcm, voiceId: z.string() }),
    toolUseOutputConfiguration: z.object({ mediaType: z.literal('application/json') }).optional(),
    toolConfiguration: z
      .object({
        tools: z.array(z.object({ toolSpec })),
        toolChoice: z
          .object({
            auto: z.object({}).optional(),
            any: z.object({}).optional(),
            tool: z.object({ name: z.string() }).optional(),
          })
          .optional(),
      })
      .optional(),
  }),
  contentStart,
  textInput: z.object({ promptName, contentName, content: z.string() }),
  audioInput: z.object({ promptName, contentName, content: z.base64() }),
  toolResult: z.object({ promptName, contentName, content: z.string() }),
  contentEnd: z.object({ promptName, contentName }),
  promptEnd: z.object({ promptName }),
  sessionEnd: z.object({}),
} as const;

export type InputEventName = keyof typeof inputEvents;
export type InputEvent<N extends InputEventName> = z.output<(typeof inputEvents)[N]>;

export const isInputEventName = (name: string): name is InputEventName => Object.hasOwn(inputEvents, name);
