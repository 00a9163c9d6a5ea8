import { bytesIn } from './output-event';

it.each([
  ['as Bedrock writes it', '{"bytes":"aGk="}', 'hi'],
  ['padded', '{"bytes":"aGk=","p":"abcDEF012"}', 'hi'],
  ['spaced', ' {"bytes" : "aGk="}', 'hi'],
  ['in another order', '{"p":"abc","bytes":"aGk="}', 'hi'],
  ['escaped', '{"bytes":"a\\u0047k="}', 'hi'],
  ['with a second one, which counts', '{"bytes":"aGk=","bytes":"eW8="}', 'yo'],
  ['with one inside', '{"bytes":"aGk=","more":{"bytes":"eW8="}}', 'hi'],
  ['empty', '{"bytes":""}', ''],
  ['of another kind', '{"bytes":3}', undefined],
  ['cut off', '{"bytes":"aGk=', undefined],
  ['no JSON', '{"bytes":"aGk=",}', undefined],
])('reads a payload %s as JSON.parse does', (_, payload, expected) => {
  expect(bytesIn(Buffer.from(payload))?.toString()).toBe(expected);
});
