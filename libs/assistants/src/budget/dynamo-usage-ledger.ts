import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Table, type Item } from '@parley/conversations';
import { dayOf } from './allowance';
import type { Days, UsageLedger, UsageRecord, UsageSum } from './usage-ledger';

/** Sums by day are kept for a bit more than a year: two Decembers can be compared. */
const KEPT_DAYS = 400;
const DAY_MS = 86_400_000;
/** A year and a day at the most are read in one request. */
const MAX_DAYS = 367;

/**
 * Usage in the table of conversations. A message's own stands beside its conversation's record (`C#<id>`, `U#<message>`) and
 * goes with it; the sums stand by principal (`USED-BY#<principal>`) and by day (`USED-ON#<day>`).
 */
export class DynamoUsageLedger implements UsageLedger {
  private readonly table: Table;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.table = new Table(client, table);
  }

  async record(record: UsageRecord): Promise<void> {
    const { conversationId, id, principalId, assistant, model, inputTokens, outputTokens, at, continues } = record;
    const own: Item = { pk: `C#${conversationId}`, sk: `U#${id}`, ...record };
    if (!(await this.table.putNew(own))) return;
    const day = dayOf(at);
    const sum = {
      set: { day, principalId, assistant, model, expiresAt: Math.ceil((at + KEPT_DAYS * DAY_MS) / 1_000) },
      add: { answers: continues ? 0 : 1, inputTokens, outputTokens },
    };
    await Promise.all([
      this.table.updated({ pk: `USED-BY#${principalId}`, sk: `${day}#${assistant}#${model}` }, sum),
      this.table.updated({ pk: `USED-ON#${day}`, sk: `${assistant}#${model}#${principalId}` }, sum),
    ]);
  }

  async ofPrincipal(principalId: string, { from, to }: Days): Promise<UsageSum[]> {
    return this.sums(`USED-BY#${principalId}`, `${from}#`, `${to}$`);
  }

  async ofAll({ from, to }: Days): Promise<UsageSum[]> {
    const all: UsageSum[] = [];
    const days = Math.min(MAX_DAYS, Math.floor((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1);
    for (let index = 0; index < days; index += 1) {
      const day = dayOf(Date.parse(from) + index * DAY_MS);
      all.push(...(await this.sums(`USED-ON#${day}`, ' ', '~')));
    }
    return all;
  }

  async ofConversation(conversationId: string): Promise<UsageRecord[]> {
    const records: UsageRecord[] = [];
    for await (const item of this.table.query({ pk: `C#${conversationId}`, from: 'U#', to: 'U$' })) {
      const { pk: _, sk: __, ...record } = item as Item & UsageRecord;
      records.push(record);
    }
    return records.sort((one, other) => one.at - other.at);
  }

  private async sums(pk: string, from: string, to: string): Promise<UsageSum[]> {
    const sums: UsageSum[] = [];
    for await (const item of this.table.query({ pk, from, to })) {
      const { day, principalId, assistant, model, answers, inputTokens, outputTokens } = item as Item & UsageSum;
      sums.push({ day, principalId, assistant, model, answers, inputTokens, outputTokens });
    }
    return sums;
  }
}
