import type { UIMessageChunk } from 'ai';
import type { ModelPart } from '../models/chat-model';
import type { ToolCall } from './tool-call';

/** What is shown of a call that cannot be run. */
const UNUSABLE = 'This tool cannot be used.';

/** What a reader is told of a part of the model's stream; nothing of what the model thinks. */
export function chunkOf(part: ModelPart): UIMessageChunk | undefined {
  switch (part.type) {
    case 'text-start':
    case 'text-delta':
    case 'text-end':
    case 'custom':
      return part;
    case 'tool-input-start': {
      const { id: toolCallId, ...start } = part;
      return { ...start, toolCallId };
    }
    case 'tool-input-delta':
      return { type: part.type, toolCallId: part.id, inputTextDelta: part.delta };
    case 'tool-result':
      return resultChunk(part);
    case 'source':
      return sourceChunk(part);
    case 'file': {
      const { data, mediaType, ...file } = part;
      return { ...file, mediaType, url: data.type === 'url' ? data.url.href : dataUrl(mediaType, data.data) };
    }
    default:
      return undefined;
  }
}

export function callChunk({ called, input, error }: ToolCall): UIMessageChunk {
  if (error === undefined) return { ...called, type: 'tool-input-available', input };
  return { ...called, type: 'tool-input-error', input, dynamic: true, errorText: UNUSABLE };
}

/** Of a tool that the provider ran. */
function resultChunk(part: Extract<ModelPart, { type: 'tool-result' }>): UIMessageChunk {
  const { toolCallId, result, isError, preliminary, dynamic, providerMetadata } = part;
  const common = {
    toolCallId,
    providerExecuted: true,
    ...(dynamic === undefined ? {} : { dynamic }),
    ...(providerMetadata === undefined ? {} : { providerMetadata }),
  };
  if (isError !== true) {
    return { type: 'tool-output-available', output: result, ...common, ...(preliminary && { preliminary }) };
  }
  return {
    type: 'tool-output-error',
    errorText: typeof result === 'string' ? result : JSON.stringify(result),
    ...common,
  };
}

function sourceChunk(source: Extract<ModelPart, { type: 'source' }>): UIMessageChunk {
  const { id: sourceId, title, providerMetadata } = source;
  const more = providerMetadata === undefined ? {} : { providerMetadata };
  if (source.sourceType === 'url') {
    return { type: 'source-url', sourceId, url: source.url, ...(title === undefined ? {} : { title }), ...more };
  }
  const { mediaType, filename } = source;
  const named = filename === undefined ? {} : { filename };
  return { type: 'source-document', sourceId, mediaType, title: source.title, ...named, ...more };
}

const dataUrl = (mediaType: string, data: string | Uint8Array): string =>
  `data:${mediaType};base64,${typeof data === 'string' ? data : Buffer.from(data).toString('base64')}`;
