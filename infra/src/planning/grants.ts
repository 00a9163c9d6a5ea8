import type { Grant, TableName } from '@parley/descriptor';
import { modelArns } from './models';

export interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface GrantContext {
  region: string;
  accountId: string;
  tableArns: Readonly<Record<TableName, string>>;
  voiceModelId: string;
  chatModels: readonly string[];
  knowledgeBaseId: string | undefined;
  guardrailId: string | undefined;
  googleApiKeyArn: string | undefined;
  openaiApiKeyArn: string | undefined;
  /** The key that the tables are encrypted with, where it is ours. */
  keyArn: string | undefined;
}

const READ = ['dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem', 'dynamodb:GetItem', 'dynamodb:Query'];
const WRITE = ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
const ACTIONS = { read: READ, write: [...READ, ...WRITE].sort(), sweep: [...READ, ...WRITE, 'dynamodb:Scan'].sort() };

/**
 * The statements of a task role: what the descriptor's grants name, and nothing else. `Scan` only for who sweeps
 * a table: what serves people never reads a whole one. What is not configured, a knowledge base or a secret, gives no statement.
 */
export function statementsOf(grants: readonly Grant[], context: GrantContext): Statement[] {
  const statements = grants.flatMap((grant) => statementsOfOne(grant, context));
  const key = context.keyArn;
  if (key !== undefined && grants.some(({ kind }) => kind === 'table'))
    statements.push({
      Sid: 'KeyOfTables',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      Resource: key,
      Condition: { StringEquals: { 'kms:ViaService': `dynamodb.${context.region}.amazonaws.com` } },
    });
  return statements;
}

function statementsOfOne(grant: Grant, context: GrantContext): Statement[] {
  const { region, accountId, tableArns, knowledgeBaseId } = context;
  switch (grant.kind) {
    case 'table': {
      const arn = tableArns[grant.table];
      return [
        {
          Sid: `Table${capital(grant.table)}`,
          Effect: 'Allow',
          Action: ACTIONS[grant.access],
          // The indexes of this one table: a table's ARN does not cover them.
          Resource: [arn, `${arn}/index/*`],
        },
      ];
    }
    case 'model':
      return [...modelStatements(grant.models, context), ...guardrailStatements(grant.models, context)];
    case 'knowledge-base':
      return knowledgeBaseId === undefined
        ? []
        : [
            {
              Sid: 'KnowledgeBase',
              Effect: 'Allow',
              Action: ['bedrock:Retrieve'],
              Resource: `arn:aws:bedrock:${region}:${accountId}:knowledge-base/${knowledgeBaseId}`,
            },
          ];
    case 'secret': {
      const arn = context[`${grant.secret}Arn`];
      const action = 'secretsmanager:GetSecretValue';
      return arn === undefined
        ? []
        : [{ Sid: capital(grant.secret), Effect: 'Allow', Action: [action], Resource: arn }];
    }
  }
}

/** A bidirectional stream wants both of its actions: the API reference names one, users and samples the other. */
function modelStatements(models: 'voice' | 'chat', context: GrantContext): Statement[] {
  const ids = models === 'voice' ? [context.voiceModelId] : context.chatModels;
  const actions =
    models === 'voice'
      ? ['bedrock:InvokeModel', 'bedrock:InvokeModelWithBidirectionalStream']
      : ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
  const { direct, routed } = modelArns(ids, context);
  const name = capital(models);
  const statements: Statement[] = [];
  if (direct.length > 0) statements.push({ Sid: `Models${name}`, Effect: 'Allow', Action: actions, Resource: direct });
  routed.forEach(({ profileArn, modelArn }, index) => {
    statements.push({ Sid: `Profile${name}${index}`, Effect: 'Allow', Action: actions, Resource: profileArn });
    statements.push({
      Sid: `ProfileModel${name}${index}`,
      Effect: 'Allow',
      Action: actions,
      Resource: modelArn,
      Condition: { StringEquals: { 'bedrock:InferenceProfileArn': profileArn } },
    });
  });
  return statements;
}

/** Requests of the chat name the guardrail, where there is one. */
function guardrailStatements(models: 'voice' | 'chat', { guardrailId, region, accountId }: GrantContext): Statement[] {
  if (models === 'voice' || guardrailId === undefined) return [];
  return [
    {
      Sid: 'Guardrail',
      Effect: 'Allow',
      Action: ['bedrock:ApplyGuardrail'],
      Resource: `arn:aws:bedrock:${region}:${accountId}:guardrail/${guardrailId}`,
    },
  ];
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** An IAM policy document as text. */
export const policyDocument = (statements: readonly Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
