import { demandedToolCall, typedToolCall, type DeclaredTool, type ToolCall } from '../tool-rule';
import type { ConverseRequest } from './request';

export type StopReason = 'end_turn' | 'tool_use' | 'max_tokens' | 'stop_sequence' | 'content_filtered';

export interface TextAnswer {
  text: string;
  calls: readonly ToolCall[];
  stopReason: StopReason;
  usage: { inputTokens: number; outputTokens: number; totalTokens: number };
}

const CHARACTERS_PER_TOKEN = 4;
const QUOTED_CHARACTERS = 300;
const CONTEXT_WORDS = 12;
/** A fence of page context in a system prompt: `<page-context>…</page-context>`, or another name that ends so. */
const CONTEXT_FENCE = /<([a-z]+(?:[-_][a-z]+)*[-_]context|context)\b[^>]*>([\s\S]*?)<\/\1>/i;

/** The answer to a Converse request: built from nothing but what the request holds, so that a test can see what arrived. */
export function answerTo(request: ConverseRequest, options: { cutShort?: boolean; twice?: boolean } = {}): TextAnswer {
  const last = request.messages.at(-1)?.content ?? [];
  const said = textsOf(last).join('\n').trim();
  const results = last.flatMap((block) => (block.toolResult ? [resultText(block.toolResult)] : []));
  const tools = declaredTools(request);
  const call =
    results.length > 0
      ? undefined
      : (typedToolCall(said, tools) ?? demandedToolCall(request.toolConfig?.toolChoice, said, tools));
  const whole = call ? `I call the tool ${call.name}.` : spoken(request, said, results);
  const { text, stopReason } = limited(whole, request, options.cutShort ?? false);
  const calls = call && stopReason === 'end_turn' ? (options.twice ? [call, call] : [call]) : [];
  const inputTokens = tokensOf(JSON.stringify([request.system, request.messages]));
  const outputTokens = tokensOf(text) + calls.reduce((sum, { input }) => sum + tokensOf(JSON.stringify(input)), 0);
  return {
    text,
    calls,
    stopReason: calls.length > 0 ? 'tool_use' : stopReason,
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
  };
}

function spoken(request: ConverseRequest, said: string, results: readonly string[]): string {
  const earlier = request.messages.length - 1;
  const system = textsOf(request.system).join('\n');
  const context = CONTEXT_FENCE.exec(system)?.[2]?.trim();
  const facts = [
    earlier === 0 ? 'This is the first message.' : `I was given ${earlier} earlier message${earlier === 1 ? '' : 's'}.`,
    system === '' ? 'There were no instructions.' : `My instructions have ${system.length} characters.`,
    ...(context === undefined ? [] : [`They hold page context that begins: “${firstWords(context)}”.`]),
  ];
  const paragraphs = [
    'This is a simulator; no model was asked.',
    ...(said === '' ? [] : [`You wrote: “${quoted(said)}”.`]),
    ...results.map((result) => `The tool answered: ${quoted(result)}.`),
    facts.join(' '),
    ...(/\b(?:code|markdown)\b/i.test(said) ? [showcase(said)] : []),
  ];
  return paragraphs.join('\n\n');
}

/** Some markdown, for pages that render it. */
const showcase = (said: string): string =>
  [
    '## What markdown looks like',
    '',
    '- a list with **strong** words',
    '- and with `code` in a line',
    '',
    '```ts',
    `const wrote = ${JSON.stringify(quoted(said))};`,
    'console.log(wrote.length);',
    '```',
  ].join('\n');

function limited(text: string, { inferenceConfig }: ConverseRequest, cutShort: boolean) {
  const { maxTokens = Infinity, stopSequences = [] } = inferenceConfig;
  const stops = stopSequences.map((sequence) => text.indexOf(sequence)).filter((at) => at >= 0);
  const stop = Math.min(...stops, text.length);
  const most = cutShort ? Math.floor(text.length / 2) : maxTokens * CHARACTERS_PER_TOKEN;
  if (most < stop) return { text: text.slice(0, most), stopReason: 'max_tokens' as const };
  const stopReason: StopReason = stop < text.length ? 'stop_sequence' : 'end_turn';
  return { text: text.slice(0, stop), stopReason };
}

function declaredTools({ toolConfig }: ConverseRequest): DeclaredTool[] {
  return (toolConfig?.tools ?? []).flatMap(({ toolSpec }) =>
    toolSpec ? [{ name: toolSpec.name, schema: toolSpec.inputSchema.json as DeclaredTool['schema'] }] : [],
  );
}

const resultText = ({ content }: { content: readonly { text?: string; json?: unknown }[] }) =>
  content.map(({ text, json }) => text ?? JSON.stringify(json) ?? '').join(' ');
const textsOf = (blocks: readonly { text?: string }[]) =>
  blocks.flatMap(({ text }) => (text === undefined ? [] : [text]));
const tokensOf = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);
const firstWords = (text: string) => text.split(/\s+/).slice(0, CONTEXT_WORDS).join(' ');
const quoted = (text: string) =>
  text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS).trim()}…` : text.trim();
