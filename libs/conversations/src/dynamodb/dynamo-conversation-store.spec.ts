import { describeConversationStore } from '../conversation-store.contract';
import { steadyClock } from '../testing/drafts';
import { TestDynamo } from '../testing/dynamo';
import { createConversationStore } from './dynamo-conversation-store';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

describeConversationStore('DynamoDB', async () => {
  const table = await dynamo.createTable();
  const clock = steadyClock();
  let passedMs = 0;
  const now = () => clock() + passedMs;
  const replica = () => createConversationStore({ client: dynamo.client(), table, now });
  return { store: replica(), replica, pass: (ms: number) => void (passedMs += ms) };
});
