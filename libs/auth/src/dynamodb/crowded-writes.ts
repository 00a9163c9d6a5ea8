import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { storeUnavailable } from './store-unavailable';

interface Key {
  pk: string;
  sk: string;
}
type Write = { PutRequest: { Item: Key & Record<string, unknown> } } | { DeleteRequest: { Key: Key } };
interface Crowd {
  /** By key: DynamoDB refuses a batch that names an item twice. The last word counts. */
  writes: Map<string, Write>;
  done: Promise<void>;
}

/** DynamoDB takes so many writes at once. */
const MOST = 25;
/** How long a write waits for others: less than anybody notices of who is connected. */
const GATHER_MS = 20;
/** What DynamoDB leaves undone is tried again: after about 50, 100, 200 and 400 ms. */
const ATTEMPTS = 5;

/**
 * Writes that come together go to the table together. Most of what a write costs a process is its request, about a
 * millisecond: after a deployment twenty thousand sockets come back within seconds.
 */
export class CrowdedWrites {
  private gathering: Crowd | undefined;

  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  /** Resolves when it is written. @throws ParleyError `store_unavailable` */
  put(item: Key & Record<string, unknown>): Promise<void> {
    return this.add(item, { PutRequest: { Item: item } });
  }

  /** @throws ParleyError `store_unavailable` */
  delete({ pk, sk }: Key): Promise<void> {
    return this.add({ pk, sk }, { DeleteRequest: { Key: { pk, sk } } });
  }

  private add({ pk, sk }: Key, write: Write): Promise<void> {
    const crowd = (this.gathering ??= this.gather());
    crowd.writes.set(`${pk}\n${sk}`, write);
    if (crowd.writes.size === MOST) this.gathering = undefined;
    return crowd.done;
  }

  private gather(): Crowd {
    const writes = new Map<string, Write>();
    const crowd: Crowd = {
      writes,
      done: sleep(GATHER_MS).then(() => {
        if (this.gathering === crowd) this.gathering = undefined;
        return this.write([...writes.values()]);
      }),
    };
    return crowd;
  }

  private async write(writes: Write[]): Promise<void> {
    let rest = writes;
    for (let attempt = 1; rest.length > 0; attempt += 1) {
      const RequestItems = { [this.table]: rest };
      const answer = await this.client.send(new BatchWriteCommand({ RequestItems })).catch(storeUnavailable);
      rest = (answer.UnprocessedItems?.[this.table] ?? []) as Write[];
      if (rest.length === 0) return;
      if (attempt === ATTEMPTS) storeUnavailable(new Error('DynamoDB leaves parts of a batch undone'));
      await sleep(50 * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}
