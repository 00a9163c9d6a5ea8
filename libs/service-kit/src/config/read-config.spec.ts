import { ConfigError, baseConfigSchema, readConfig } from './read-config';

const complete = {
  PORT: '8081', ADMIN_PORT: '9081', AWS_REGION: 'eu-north-1', COGNITO_ISSUER: 'https://cognito-idp.eu-north-1.amazonaws.com/p',
  COGNITO_CLIENT_IDS: 'a, b', ALLOWED_ORIGINS: 'https://app.example.com', CONVERSATIONS_TABLE: 'conversations', SESSIONS_TABLE: 'sessions',
}; // prettier-ignore

it('gives typed values and defaults', () => {
  expect(readConfig(baseConfigSchema, complete)).toMatchObject({
    PORT: 8081,
    HOST: '0.0.0.0',
    LOG_LEVEL: 'info',
    COGNITO_CLIENT_IDS: ['a', 'b'],
  });
});

it('reports all faults together, says what to set, and prints no value', () => {
  const env = { ...complete, PORT: 'hunter2', COGNITO_ISSUER: '', LOG_LEVEL: 'loud', SESSIONS_TABLE: undefined };
  const read = () => readConfig(baseConfigSchema, env);
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(
    /PORT is not valid[^]*LOG_LEVEL is not valid[^]*COGNITO_ISSUER is missing \(the issuer[^]*SESSIONS_TABLE is missing/,
  );
  expect(read).not.toThrow('hunter2');
});
