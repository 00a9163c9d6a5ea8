import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Budget } from './budget';
import { Ceilings } from './ceilings';
import { DynamoCounters } from './dynamo-counters';
import { Switches } from './switches';

const count = (standard: number) => z.coerce.number().int().min(1).default(standard);

/** What people may use, as every service that answers reads it from its environment: it is one budget. */
export const budgetConfigShape = {
  USER_REQUESTS_PER_MINUTE: count(30).describe('questions and calls of one user in a minute'),
  USER_TOKENS_PER_DAY: count(500_000).describe('tokens of one user in a day (UTC)'),
  USER_CONCURRENT_ANSWERS: count(5).describe('answers and calls for one user at the same time'),
  GUEST_REQUESTS_PER_MINUTE: count(10).describe('questions and calls of one guest in a minute'),
  GUEST_TOKENS_PER_DAY: count(50_000).describe('tokens of one guest in a day (UTC)'),
  GUEST_CONCURRENT_ANSWERS: count(2).describe('answers and calls for one guest at the same time'),
  GUESTS_TOKENS_PER_DAY: count(5_000_000).describe('tokens of all guests together in a day (UTC)'),
  GUESTS_CALLS_PER_DAY: count(20_000).describe('answers and calls of all guests together in a day (UTC)'),
  BUDGET_TOKENS_PER_DAY: count(50_000_000).describe('tokens of everybody together in a day (UTC)'),
  BUDGET_CALLS_PER_DAY: count(200_000).describe('answers and calls of everybody together in a day (UTC)'),
};
export type BudgetConfig = z.output<z.ZodObject<typeof budgetConfigShape>>;

export interface SharedBudgetOptions {
  config: BudgetConfig;
  client: DynamoDBDocumentClient;
  /** Of sessions, where all services count. */
  table: string;
  report: (what: string, cause: unknown) => void;
}

/** The budget that all processes of all services share. Its switches are to be started, its ceilings to be closed. */
export function createBudget({ config, client, table, report }: SharedBudgetOptions) {
  const counters = new DynamoCounters(client, table);
  const switches = new Switches(counters, report);
  const ceilings = new Ceilings({
    counters,
    deployment: { tokensPerDay: config.BUDGET_TOKENS_PER_DAY, callsPerDay: config.BUDGET_CALLS_PER_DAY },
    guests: { tokensPerDay: config.GUESTS_TOKENS_PER_DAY, callsPerDay: config.GUESTS_CALLS_PER_DAY },
    report,
  });
  const budget = new Budget({
    counters,
    ceilings,
    switches,
    users: {
      requestsPerMinute: config.USER_REQUESTS_PER_MINUTE,
      tokensPerDay: config.USER_TOKENS_PER_DAY,
      concurrent: config.USER_CONCURRENT_ANSWERS,
    },
    guests: {
      requestsPerMinute: config.GUEST_REQUESTS_PER_MINUTE,
      tokensPerDay: config.GUEST_TOKENS_PER_DAY,
      concurrent: config.GUEST_CONCURRENT_ANSWERS,
    },
    report,
  });
  return { budget, ceilings, counters, switches };
}
