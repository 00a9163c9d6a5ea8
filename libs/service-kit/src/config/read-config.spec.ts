import { SecretUnreadable, type SecretSource } from '../secrets/secret-source';
import { ConfigError, baseConfigSchema, readConfig } from './read-config';

const complete = {
  PORT: '8081', ADMIN_PORT: '9081', AWS_REGION: 'eu-north-1', COGNITO_ISSUER: 'https://cognito-idp.eu-north-1.amazonaws.com/p',
  COGNITO_CLIENT_IDS: 'a, b', ALLOWED_ORIGINS: 'https://app.example.com', CONVERSATIONS_TABLE: 'conversations', SESSIONS_TABLE: 'sessions',
}; // prettier-ignore

it('gives typed values and defaults', async () => {
  expect(await readConfig(baseConfigSchema, complete)).toMatchObject({
    PORT: 8081,
    HOST: '0.0.0.0',
    LOG_LEVEL: 'info',
    COGNITO_CLIENT_IDS: ['a', 'b'],
  });
});

it('reports all faults together, says what to set, and prints no value', async () => {
  const env = { ...complete, PORT: 'hunter2', COGNITO_ISSUER: '', LOG_LEVEL: 'loud', SESSIONS_TABLE: undefined };
  const read = readConfig(baseConfigSchema, env);
  await expect(read).rejects.toThrow(ConfigError);
  await expect(read).rejects.toThrow(
    /PORT is not valid[^]*LOG_LEVEL is not valid[^]*COGNITO_ISSUER is missing \(the issuer[^]*SESSIONS_TABLE is missing/,
  );
  await expect(read).rejects.not.toThrow('hunter2');
});

describe('a secret by reference', () => {
  const KEY = 'a-key-for-guest-sessions-of-32-characters';
  const source = (secrets: Record<string, string>): SecretSource => ({
    read: async (reference) => {
      const text = secrets[reference];
      if (text === undefined) throw new SecretUnreadable('ResourceNotFoundException');
      return text;
    },
  });

  it('is the same as the secret itself', async () => {
    const direct = await readConfig(baseConfigSchema, { ...complete, GUEST_SESSION_KEYS: KEY });
    const env = { ...complete, GUEST_SESSION_KEYS_ARN: 'arn:1' };
    expect(await readConfig(baseConfigSchema, env, source({ 'arn:1': KEY }))).toEqual(direct);
  });

  it('is not read where none is given', async () => {
    let reads = 0;
    const counting: SecretSource = { read: async () => String((reads += 1)) };
    await readConfig(baseConfigSchema, { ...complete, AWS_REGION_ARN: 'arn:1', GUEST_SESSION_KEYS_ARN: '' }, counting);
    expect(reads).toBe(0);
  });

  it('that cannot be read, that is given twice or is not valid is reported with all other faults, never shown', async () => {
    const faultsOf = async (env: object, secrets = {}) => {
      const faulty = { ...complete, PORT: 'loud', ...env };
      const error = await readConfig(baseConfigSchema, faulty, source(secrets)).catch((thrown: Error) => thrown);
      return (error as Error).message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    };
    const port = expect.stringContaining('PORT is not valid');
    expect(await faultsOf({ GUEST_SESSION_KEYS_ARN: 'arn:1' })).toEqual([
      port,
      'GUEST_SESSION_KEYS_ARN cannot be read: ResourceNotFoundException',
    ]);
    expect(await faultsOf({ GUEST_SESSION_KEYS_ARN: 'arn:1', GUEST_SESSION_KEYS: KEY })).toEqual([
      port,
      'GUEST_SESSION_KEYS and GUEST_SESSION_KEYS_ARN are both set; give one of them',
    ]);
    const short = await faultsOf({ GUEST_SESSION_KEYS_ARN: 'arn:1' }, { 'arn:1': 'hunter2' });
    expect(short).toEqual([port, expect.stringContaining('GUEST_SESSION_KEYS is not valid')]);
    expect(short.join()).not.toContain('hunter2');
  });
});
