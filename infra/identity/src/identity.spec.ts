import * as pulumi from '@pulumi/pulumi';
import { RULES } from '../../policy/rules';
import { parseIdentityOutputs } from '../../src/identity/outputs';
import { recordIdentity } from '../../src/testing/identity-stack';
import { ruleResources } from '../../src/testing/rule-resources';
import { readIdentityConfig } from './identity-config';

const google = { googleClientId: 'g', googleClientSecret: 'very-secret' };

it.each(['dev', 'staging', 'prod'])('breaks no rule in %s', async (environment) => {
  const { resources } = await recordIdentity(environment, google);
  for (const { name, check } of RULES) expect({ [name]: check(ruleResources(resources)) }).toEqual({ [name]: [] });
});

it('tells exactly what the main stack wants to know', async () => {
  const { outputs } = await recordIdentity();
  const plain = await new Promise<Record<string, unknown>>((resolve) => pulumi.output(outputs).apply(resolve));
  expect(parseIdentityOutputs(plain, 'the stack')).toMatchObject({
    issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool00001',
    domain: 'https://parley-test.auth.us-east-1.amazoncognito.com',
  });
});

it('has a public client and one with a secret, which rotate refresh tokens and sign in by code only', async () => {
  const { resources } = await recordIdentity('prod', { siteUrl: 'https://a.example, https://b.example' });
  const clients = resources.filter(({ type }) => type === 'aws:cognito/userPoolClient:UserPoolClient');
  expect(clients.map(({ inputs }) => inputs['generateSecret'])).toEqual([true, false]);
  for (const { inputs } of clients)
    expect(inputs).toMatchObject({
      allowedOauthFlows: ['code'],
      callbackUrls: [
        'https://a.example/auth/callback',
        'https://a.example/',
        'https://b.example/auth/callback',
        'https://b.example/',
      ],
      refreshTokenRotation: { feature: 'ENABLED', retryGracePeriodSeconds: 60 },
      explicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
    });
});

it('lets people in by Google, at both clients, where its keys are configured; by the pool alone otherwise', async () => {
  const of = async (config: Record<string, string>) => {
    const { resources } = await recordIdentity('prod', config);
    const ofType = (type: string) => resources.filter((one) => one.type === type).map(({ inputs }) => inputs);
    return {
      clients: ofType('aws:cognito/userPoolClient:UserPoolClient').map((one) => one['supportedIdentityProviders']),
      google: ofType('aws:cognito/identityProvider:IdentityProvider'),
    };
  };
  expect(await of({})).toEqual({ clients: [['COGNITO'], ['COGNITO']], google: [] });
  const { clients, google: providers } = await of(google);
  expect(clients).toEqual([
    ['COGNITO', 'Google'],
    ['COGNITO', 'Google'],
  ]);
  expect(providers).toEqual([
    expect.objectContaining({
      providerName: 'Google',
      providerType: 'Google',
      userPoolId: expect.any(String),
      attributeMapping: { email: 'email', username: 'sub', name: 'name', email_verified: 'email_verified' },
    }),
  ]);
});

it('keeps the secret of Google a secret', async () => {
  const { resources } = await recordIdentity('dev', google);
  const provider = resources.find(({ type }) => type === 'aws:cognito/identityProvider:IdentityProvider')!;
  expect(provider.inputs['providerDetails']).toHaveProperty('4dabf18193072939515e22adb298388d');
  expect(provider.secretOutputs).toEqual(['providerDetails']);
});

it('tells every fault of its configuration at once', () => {
  const wrong = () =>
    readIdentityConfig('dev', {
      'parley-identity:domainPrefix': 'my-cognito',
      'parley-identity:siteUrl': 'http://insecure.example',
      'parley-identity:colour': 'red',
      'parley-identity:googleClientId': 'g',
    });
  for (const part of ['domainPrefix', 'siteUrl', 'colour', 'googleClientId and googleClientSecret'])
    expect(wrong).toThrow(part);
});
