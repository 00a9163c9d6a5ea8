import { resolve } from 'node:path';
import { DEMO_USERS } from '@parley/aws-sim';
import { loadDescriptors } from '@parley/descriptor';
import { environmentOf, localFacts } from './facts';

const situation = {
  env: {},
  edgePort: 4200,
  region: 'us-east-1',
  issuer: {
    issuer: 'http://localhost:4201/us-east-1_Parley',
    domain: 'http://localhost:4201',
    spaClientId: 'spa',
    loginClientId: 'login',
    loginClientSecret: 'secret',
    users: DEMO_USERS,
  },
  valkeyUrl: 'redis://127.0.0.1:4204',
  knowledgeBaseId: 'PARLEYDOCS',
};
const facts = localFacts(situation);
const variable = (more: object) => ({ name: 'X', secret: false, required: false, ...more });
const service = (...environment: ReturnType<typeof variable>[]) => ({ name: 'a-service', environment });

it('knows every fact that a descriptor of this workspace takes', () => {
  for (const descriptor of loadDescriptors(resolve(import.meta.dirname, '../..')))
    for (const { name, required } of descriptor.environment)
      if (required) expect(environmentOf(descriptor, facts)).toHaveProperty(name);
});

it('gives the chat service what it needs, by the names of its descriptor', () => {
  const chat = loadDescriptors(resolve(import.meta.dirname, '../..')).find(({ name }) => name === 'chat-service');
  expect(chat && environmentOf(chat, facts)).toMatchObject({
    AWS_REGION: 'us-east-1',
    COGNITO_ISSUER: 'http://localhost:4201/us-east-1_Parley',
    COGNITO_CLIENT_IDS: 'spa,login',
    COGNITO_DOMAIN: 'http://localhost:4201',
    COGNITO_LOGIN_CLIENT_ID: 'login',
    COGNITO_CLIENT_SECRET: 'secret',
    GUEST_SESSION_KEYS: expect.stringMatching(/^.{32,}$/),
    VALKEY_URL: 'redis://127.0.0.1:4204',
    ALLOWED_ORIGINS: 'http://localhost:4200,http://127.0.0.1:4200',
    CONVERSATIONS_TABLE: 'parley-conversations',
    SESSIONS_TABLE: 'parley-sessions',
    CHAT_MODEL: 'bedrock:amazon.nova-lite-v1:0',
    KNOWLEDGE_BASE_ID: 'PARLEYDOCS',
  });
});

it('takes models and knowledge base from the person’s environment', () => {
  const env = {
    CHAT_MODEL: 'bedrock:other',
    VOICE_MODEL_ID: 'sonic',
    KNOWLEDGE_BASE_ID: 'KB',
    GUEST_SESSION_KEYS: 'keys',
  };
  expect(localFacts({ ...situation, env })).toMatchObject({
    chatModel: 'bedrock:other',
    voiceModelId: 'sonic',
    knowledgeBaseId: 'KB',
    guestSessionKeys: 'keys',
  });
});

it('lets pages of other origins call where it is told to, and takes none of them for its own', () => {
  const EMBED_ORIGINS = ' http://shop.localhost:3000, https://shop.example';
  expect(localFacts({ ...situation, env: { EMBED_ORIGINS } })).toMatchObject({
    origins: 'http://localhost:4200,http://127.0.0.1:4200,http://shop.localhost:3000,https://shop.example',
    ownOrigins: 'http://localhost:4200,http://127.0.0.1:4200',
  });
  for (const wrong of ['http://shop.example/', 'http://shop.example/a', 'shop.example', '*', 'javascript:alert(1)'])
    expect(() => localFacts({ ...situation, env: { EMBED_ORIGINS: wrong } })).toThrow('EMBED_ORIGINS is to be');
});

it('lets guests speak where it is told to, and takes nothing else for a yes or a no', () => {
  const spoken = (text: string | undefined) => localFacts({ ...situation, env: { GUEST_VOICE: text } })['guestVoice'];
  expect([undefined, '', 'false', 'true'].map(spoken)).toEqual(['false', 'false', 'false', 'true']);
  expect(() => spoken('yes')).toThrow('GUEST_VOICE is to be true or false');
});

it('refuses a fact that it does not know, naming file and variable', () => {
  expect(() => environmentOf(service(variable({ from: 'moonPhase' })), facts)).toThrow(
    'apps/a-service/service.json: X takes the fact "moonPhase", which the local cloud does not know',
  );
  expect(() => environmentOf(service(variable({ from: 'toString' })), facts)).toThrow('does not know');
});

it('leaves out a known fact without a value, and refuses it where it is required', () => {
  const none = localFacts({ ...situation, knowledgeBaseId: undefined });
  expect(environmentOf(service(variable({ from: 'knowledgeBaseId' })), none)).toEqual({});
  expect(() => environmentOf(service(variable({ from: 'knowledgeBaseId', required: true })), none)).toThrow(
    'X is required and has no value here',
  );
});

it('passes literal values on and leaves defaults to the service', () => {
  const listed = service(variable({ name: 'A', value: '1' }), variable({ name: 'B' }));
  expect(environmentOf(listed, facts)).toEqual({ A: '1' });
});
