import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ERASED, Table, type Item } from '@parley/conversations';
import { dayOf } from './allowance';
import type { Days, RecordOptions, UsageLedger, UsageRecord, UsageSum } from './usage-ledger';

/** Sums by day are kept for a bit more than a year: two Decembers can be compared. */
const KEPT_DAYS = 400;
const DAY_MS = 86_400_000;
/** A year and a day at the most are read in one request. */
const MAX_DAYS = 367;
/** Lines of the index that one request reads. */
const PAGE = 500;

/**
 * Usage in the table of conversations. A message's own stands beside its conversation's record (`C#<id>`, `U#<message>`) and
 * goes with it; the sums stand by principal (`USED-BY#<principal>`), listed by day (`USED-ON#<day>`) in the index `byMember`.
 */
export class DynamoUsageLedger implements UsageLedger {
  private readonly table: Table;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.table = new Table(client, table);
  }

  async record(record: UsageRecord, { isClaimed = false }: RecordOptions = {}): Promise<void> {
    const { conversationId, id, principalId, assistant, model, inputTokens, outputTokens, at, continues } = record;
    const own: Item = { pk: `C#${conversationId}`, sk: `U#${id}`, ...record };
    if (!(await this.table.putNew(own))) return;
    const day = dayOf(at);
    const expiresAt = Math.ceil((at + KEPT_DAYS * DAY_MS) / 1_000);
    const amounts = { answers: continues ? 0 : 1, inputTokens, outputTokens };
    await this.add({ day, principalId, assistant, model, ...amounts }, expiresAt);
    if (!isClaimed) await this.keepWhileLive(own);
  }

  async forget(principalId: string, until: number): Promise<void> {
    const range = { pk: `USED-BY#${principalId}`, from: ' ', to: `${dayOf(until)}$` };
    for await (const item of this.table.query(range)) {
      const { answers, inputTokens, outputTokens } = sumOf(item);
      const when = '#answers = :answers AND #inputTokens = :inputTokens AND #outputTokens = :outputTokens';
      // Unless more was used meanwhile: it is found again.
      if (await this.table.deleteWhen({ pk: item.pk, sk: item.sk }, when, { answers, inputTokens, outputTokens }))
        await this.add({ ...sumOf(item), principalId: ERASED.id }, item.expiresAt as number);
    }
  }

  private async add(sum: UsageSum, expiresAt: number): Promise<void> {
    const { day, principalId, assistant, model, answers, inputTokens, outputTokens } = sum;
    const listing = { member: usedOn(day), listedAt: `${assistant}#${model}#${principalId}` };
    await this.table.update(
      { pk: `USED-BY#${principalId}`, sk: `${day}#${assistant}#${model}` },
      {
        set: { day, principalId, assistant, model, expiresAt, ...listing },
        add: { answers, inputTokens, outputTokens },
      },
    );
  }

  /** What an answer or a call took of a conversation that was deleted meanwhile counts, and leaves nothing beside the tombstone. */
  private async keepWhileLive({ pk, sk }: Item): Promise<void> {
    const record = await this.table.get({ pk, sk: 'RECORD' });
    if (record !== undefined && record['state'] !== 'live') await this.table.delete({ pk, sk });
  }

  async ofPrincipal(principalId: string, { from, to }: Days): Promise<UsageSum[]> {
    const items: Item[] = [];
    for await (const item of this.table.query({ pk: `USED-BY#${principalId}`, from: `${from}#`, to: `${to}$` })) {
      items.push(item);
    }
    return items.map(sumOf);
  }

  async ofAll({ from, to }: Days): Promise<UsageSum[]> {
    const all: UsageSum[] = [];
    const days = Math.min(MAX_DAYS, Math.floor((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1);
    for (let index = 0; index < days; index += 1) {
      const day = dayOf(Date.parse(from) + index * DAY_MS);
      all.push(...(await this.listed(usedOn(day))));
    }
    return all;
  }

  async ofConversation(conversationId: string): Promise<UsageRecord[]> {
    const records: UsageRecord[] = [];
    for await (const item of this.table.query({ pk: `C#${conversationId}`, from: 'U#', to: 'U$' })) {
      const { pk: _, sk: __, ...record } = item as Item & UsageRecord;
      records.push(record);
    }
    return wholeCalls(records.sort((one, other) => one.at - other.at));
  }

  /** The index knows keys alone, the last first. */
  private async listed(member: string): Promise<UsageSum[]> {
    const keys: Item[] = [];
    for await (const { pk, sk } of this.table.queryIndex(member, ' ', '~', PAGE)) keys.unshift({ pk, sk });
    const items = await this.table.getAll(keys);
    return keys.flatMap((key) => items.get(key) ?? []).map(sumOf);
  }
}

const usedOn = (day: string) => `USED-ON#${day}`;

/** One record for all parts of a call. */
function wholeCalls(records: readonly UsageRecord[]): UsageRecord[] {
  const whole = new Map<string, UsageRecord>();
  for (const { callId, continues: _, ...record } of records) {
    const id = callId ?? record.id;
    const before = whole.get(id);
    whole.set(id, {
      ...(before ?? { ...record, id }),
      inputTokens: (before?.inputTokens ?? 0) + record.inputTokens,
      outputTokens: (before?.outputTokens ?? 0) + record.outputTokens,
    });
  }
  return [...whole.values()];
}

function sumOf(item: Item): UsageSum {
  const { day, principalId, assistant, model, answers, inputTokens, outputTokens } = item as Item & UsageSum;
  return { day, principalId, assistant, model, answers, inputTokens, outputTokens };
}
