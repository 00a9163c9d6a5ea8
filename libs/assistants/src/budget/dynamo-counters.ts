import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Table, type Item } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { Counters } from './counters';

const MAX_RACES = 30;
const REMEMBERED = 10_000;

/** Counters in the table of sessions. */
export class DynamoCounters implements Counters {
  private readonly table: Table;
  /** As this process wrote them last, which saves the read. Who else wrote since is noticed by the version. */
  private readonly remembered = new Map<string, Item>();

  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    private readonly now: () => number = Date.now,
  ) {
    this.table = new Table(client, table);
  }

  async change<T extends object>(
    key: string,
    keptMs: number,
    next: (value: T | undefined) => T | undefined,
  ): Promise<void> {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const remembered = race === 0 ? this.remembered.get(key) : undefined;
      const item = remembered ?? (await this.table.get(keyOf(key)));
      const value = remembered === undefined ? next(valueOf(item)) : unlessRefused(() => next(valueOf(item)));
      if (value === undefined) {
        if (remembered === undefined) return;
        continue;
      }
      const version = (item?.['version'] as number | undefined) ?? 0;
      const changed: Item = {
        ...keyOf(key),
        version: version + 1,
        value: JSON.stringify(value),
        expiresAt: this.expiry(keptMs),
      };
      const put =
        item === undefined
          ? await this.table.putNew(changed)
          : await this.table.putWhen(changed, '#version = :version', { version });
      if (put) return this.remember(key, changed);
      this.remembered.delete(key);
      if (remembered === undefined) await sleep(randomInt(2 + 4 * race));
    }
    throw new ParleyError('store_unavailable', { cause: new Error(`a counter lost ${MAX_RACES} races`) });
  }

  async add(key: string, keptMs: number, amounts: Readonly<Record<string, number>>): Promise<Record<string, number>> {
    if (Object.values(amounts).every((amount) => amount === 0)) return sumsOf(await this.table.get(keyOf(key)));
    const change = { add: amounts, set: { expiresAt: this.expiry(keptMs) } };
    return sumsOf(await this.table.updated(keyOf(key), change));
  }

  private remember(key: string, item: Item): void {
    this.remembered.delete(key);
    this.remembered.set(key, item);
    if (this.remembered.size > REMEMBERED) this.remembered.delete(this.remembered.keys().next().value as string);
  }

  private expiry(keptMs: number): number {
    return Math.ceil((this.now() + keptMs) / 1_000);
  }
}

const keyOf = (key: string) => ({ pk: `COUNT#${key}`, sk: 'COUNT' });

const valueOf = <T>(item: Item | undefined): T | undefined =>
  item === undefined ? undefined : (JSON.parse(item['value'] as string) as T);

/** What is remembered may be old: nobody is refused by it, only by what is read. */
function unlessRefused<T>(next: () => T): T | undefined {
  try {
    return next();
  } catch {
    return undefined;
  }
}

const sumsOf = (item: Item | undefined): Record<string, number> =>
  Object.fromEntries(
    Object.entries(item ?? {}).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[0] !== 'expiresAt',
    ),
  );
