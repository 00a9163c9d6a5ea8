export { startDynamo, type Dynamo, type DynamoOptions } from './start-dynamo';
export { createTables } from './create-tables';
export { startDynamoApart } from './start-dynamo-apart';
