import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../testing/sha256';
import { RequestSigner, type Credentials } from './request-signer';

const region = 'eu-central-1';
const post = {
  host: 'dynamodb.eu-central-1.amazonaws.com',
  path: '/',
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' },
  body: '{"TableName":"conversations","Key":{"pk":{"S":"C#☎"}}}',
};

async function byTheSdk(credentials: Credentials, now: number): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service: 'dynamodb', region, credentials, sha256: Sha256, applyChecksum: false });
  const { host, path, headers, body } = post;
  const request = { method: 'POST', protocol: 'https:', hostname: host, path, query: {}, body };
  const signed = await signer.sign({ ...request, headers: { ...headers, host } }, { signingDate: new Date(now) });
  return signed.headers;
}

const long = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const short = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'another', sessionToken: 'a/token+of=a+session' };
const today = Date.UTC(2026, 10, 26, 23, 59, 59, 123);

it('signs as the SDK does: for other credentials, for a session, and on the next day', async () => {
  const signer = new RequestSigner('dynamodb', region);
  for (const now of [today, today + 2_000]) {
    for (const credentials of [long, short, { ...long, accessKeyId: 'AKIDOTHER', secretAccessKey: 'other' }]) {
      expect(signer.sign(post, credentials, now)).toEqual(await byTheSdk(credentials, now));
    }
  }
});
