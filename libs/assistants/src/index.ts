export { defineAssistant, type Assistant, type AssistantDefinition, type ModelName } from './domain/assistant';
export { DEFAULT_ASSISTANT, catalogOf, type AssistantCatalog } from './domain/catalog';
export { shapeHistory, type HistoryLimits, type Turn } from './domain/history';
export { MAX_CONTEXT_CHARACTERS, buildInstructions, type InstructionOptions } from './domain/instructions';
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
export type { People } from './domain/people';
export { TEAM, teamOf } from './people/team';
export { loadAssistants } from './load-assistants';
export { BUILT_IN_TOOLS, createTools, toolsOf } from './tools/built-in';
export { FrameReader, textHeaders, type FrameMessage } from './models/bedrock/frame-reader';
export { createBedrockKnowledgeBase } from './models/bedrock-knowledge-base';
export { createChatModels, type ChatModelOptions, type ChatModels, type Secret } from './models/chat-models';
export { parseModel, type Provider, type QualifiedModel } from './models/model-name';
export { AnswerParts } from './answer/answer-parts';
export { ANSWER_TIMEOUTS, type AnswerEnd, type AnswerTimeouts, type AnswerUsage } from './answer/answer';
export { ModelTimeout, errorCodeOf } from './answer/error-code';
export { writeTitle, type TitleRequest } from './answer/write-title';
export { streamAnswer, type AnswerRequest } from './answer/stream-answer';
export { type AllowanceLimits } from './budget/allowance';
export { Budget, type BudgetUse, type Reservation } from './budget/budget';
export { budgetConfigShape, createBudget, type BudgetConfig } from './budget/budget-config';
export { Ceilings, type Ceiling, type CeilingState } from './budget/ceilings';
export type { Counters } from './budget/counters';
export { DynamoCounters } from './budget/dynamo-counters';
export { DynamoUsageLedger } from './budget/dynamo-usage-ledger';
export { costOf, type Price } from './budget/prices';
export { Switches } from './budget/switches';
export type { Days, RecordOptions, UsageLedger, UsageRecord, UsageSum } from './budget/usage-ledger';
