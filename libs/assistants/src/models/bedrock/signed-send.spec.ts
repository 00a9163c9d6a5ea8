import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Sha256 } from '@parley/conversations/testing';
import { SignatureV4 } from '@smithy/signature-v4';
import { signedSend } from './signed-send';

const region = 'eu-central-1';
const requests: IncomingMessage[] = [];
const server = createServer((request, response) => {
  requests.push(request);
  response.end();
});
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it.each([
  ['a model', 'amazon.nova-lite-v1:0', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }],
  [
    'a profile of inference, for a session',
    'arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.some-model-v1:0',
    { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'another', sessionToken: 'a/token+of=a+session' },
  ],
])('signs a request for %s as AWS’s own package does', async (_, model, credentials) => {
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}/model/${encodeURIComponent(model)}/converse-stream`);
  const headers = { 'content-type': 'application/json', 'user-agent': 'some', authorization: 'Bearer none' };
  const body = '{"messages":[{"content":[{"text":"☎"}]}]}';
  await signedSend(region, async () => credentials)({ url, method: 'POST', headers, body });

  const { host, authorization, ...sent } = requests.at(-1)!.headers;
  const signer = new SignatureV4({ service: 'bedrock', region, credentials, sha256: Sha256, applyChecksum: false });
  const { pathname: path } = url;
  const time = String(sent['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
  const expected = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      port,
      path,
      query: {},
      body,
      headers: { host: host!, 'content-type': 'application/json' },
    },
    { signingDate: new Date(time) },
  );
  expect(authorization).toBe(expected.headers['authorization']);
  expect(sent['x-amz-security-token']).toBe('sessionToken' in credentials ? credentials.sessionToken : undefined);
  expect(sent['user-agent']).toBe('some');
});
