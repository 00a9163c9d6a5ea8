import { describeConversationStore } from '../conversation-store.contract';
import { steadyClock } from '../testing/drafts';
import { TestDynamo } from '../testing/dynamo';
import { createConversationStore } from './dynamo-conversation-store';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

describeConversationStore('DynamoDB', async () => {
  const table = await dynamo.createTable();
  const now = steadyClock();
  const replica = () => createConversationStore({ client: dynamo.client(), table, now });
  return { store: replica(), replica };
});
