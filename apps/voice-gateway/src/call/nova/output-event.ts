/**
 * Nova Sonic's output events, as far as a call acts on them. Unknown events and fields are ignored.
 * Source: Amazon Nova 2 user guide, "Output events" (see docs/protocol.md).
 */
export interface NovaOutput {
  completionStart?: object;
  contentStart?: {
    contentId: string;
    type: 'TEXT' | 'AUDIO' | 'TOOL';
    role: 'USER' | 'ASSISTANT' | 'TOOL';
    additionalModelFields?: string;
  };
  textOutput?: { contentId: string; role?: 'USER' | 'ASSISTANT'; content: string };
  audioOutput?: { contentId: string; content: string };
  toolUse?: { contentId: string; toolName: string; toolUseId: string; content: string };
  contentEnd?: { contentId: string; type: 'TEXT' | 'AUDIO' | 'TOOL'; stopReason: string };
  usageEvent?: {
    totalInputTokens?: number;
    totalOutputTokens?: number;
    totalTokens?: number;
    details?: { delta?: TokenCounts; total?: TokenCounts };
  };
  completionEnd?: { stopReason?: string };
  /** Undocumented, seen on Nova 2: used when there, never relied on. */
  userSpeechStart?: object;
  userSpeechEnd?: object;
}
interface TokenCounts {
  input?: { speechTokens?: number; textTokens?: number };
  output?: { speechTokens?: number; textTokens?: number };
}

/** The event in one chunk; `undefined` when it is none we can read. */
export function parseNovaOutput(bytes: Uint8Array): NovaOutput | undefined {
  try {
    const { event } = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) as {
      event?: NovaOutput;
    };
    return typeof event === 'object' && event !== null ? event : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text is Nova's marker of an interruption: JSON, spaced as it likes, never to be shown, spoken or stored. */
export function isInterruptionMarker(text: string): boolean {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return false;
  try {
    return (JSON.parse(trimmed) as { interrupted?: unknown }).interrupted === true;
  } catch {
    return false;
  }
}
