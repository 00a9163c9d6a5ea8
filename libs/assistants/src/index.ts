export { defineAssistant, type Assistant, type AssistantDefinition, type ModelName } from './domain/assistant';
export { DEFAULT_ASSISTANT, catalogOf, type AssistantCatalog } from './domain/catalog';
export { shapeHistory, type HistoryLimits, type Turn } from './domain/history';
export {
  MAX_CONTEXT_CHARACTERS,
  buildInstructions,
  parseContext,
  type InstructionOptions,
} from './domain/instructions';
export type { KnowledgeBase, Passage } from './domain/knowledge-base';
export {
  TOOL_LIMITS,
  capResult,
  inputSchemaJson,
  parseArguments,
  runTool,
  type ToolCall,
  type ToolLimits,
} from './domain/run-tool';
export { defineTool, type Source, type Tool, type ToolContext } from './domain/tool';
export { loadAssistants } from './load-assistants';
export { BUILT_IN_TOOLS, createTools, toolsOf } from './tools/built-in';
export { createBedrockKnowledgeBase } from './models/bedrock-knowledge-base';
export { createChatModels, type ChatModelOptions, type ChatModels, type Secret } from './models/chat-models';
export { parseModel, type Provider, type QualifiedModel } from './models/model-name';
export { AnswerParts } from './answer/answer-parts';
export { ANSWER_TIMEOUTS, type AnswerEnd, type AnswerTimeouts, type AnswerUsage } from './answer/answer';
export { ModelTimeout, errorCodeOf } from './answer/error-code';
export { streamAnswer, type AnswerRequest } from './answer/stream-answer';
