import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BatchWriteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { TABLES } from '@parley/descriptor';
import type { VoiceUnderTest } from './start-voice';

setFlagsFromString('--expose-gc');
export const collectGarbage = runInNewContext('gc') as () => void;

/**
 * What a process may hold more after any amount of work than after its first: code that was compiled late, buffers that are
 * not given back yet. Frames and calls that stayed would be more in a hundred thousand and in a thousand of them.
 */
export const NOISE_BYTES = 8_000_000;

/**
 * Bytes that this process holds, its heap and buffers, when nothing more is given back. What the test itself keeps is
 * forgotten before: log lines, spans, and what the simulators store.
 */
export async function bytesHeld(voice: VoiceUnderTest): Promise<number> {
  voice.logs.forget();
  voice.spans.reset();
  voice.bedrock.requests.clear();
  await emptyTables(voice);
  let least = Infinity;
  for (let same = 0; same < 5;) {
    await new Promise((wait) => setTimeout(wait, 50));
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    const bytes = heapUsed + external;
    same = bytes < least * 0.999 ? 0 : same + 1;
    least = Math.min(least, bytes);
  }
  return least;
}

async function emptyTables({ client, tables }: VoiceUnderTest): Promise<void> {
  for (const [name, table] of Object.entries(tables) as [keyof typeof tables, string][]) {
    const { hashKey, rangeKey } = TABLES[name];
    for (let left = true; left;) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table, Limit: 25 }));
      left = Items.length > 0;
      const gone = Items.map((item) => ({
        DeleteRequest: { Key: { [hashKey]: item[hashKey], [rangeKey]: item[rangeKey] } },
      }));
      if (left) await client.send(new BatchWriteCommand({ RequestItems: { [table]: gone } }));
    }
  }
}
