import { createTables, startDynamo } from '@parley/aws-sim';
import { startTestPool } from '@parley/auth/testing';

/** Everything that the gateway needs besides the model: the pool's keys, tokens, tables. */
export async function startSurroundings({ users = '200' }: Record<string, string>): Promise<Record<string, string>> {
  const [pool, dynamo] = await Promise.all([startTestPool(), startDynamo()]);
  await createTables(dynamo.endpoint, { conversations: 'conversations', sessions: 'sessions' });
  const tokens: string[] = [];
  for (let n = 0; n < Number(users); n += 1) tokens.push(await pool.mint({ sub: `user-${n}` }));
  return { dynamo: dynamo.endpoint, issuer: pool.issuer, clientId: pool.clientId, tokens: tokens.join(' ') };
}
