import { memorySessions } from '../memory/index';
import { checkAuthOptions, type AuthOptions } from './auth-options';

const good: AuthOptions = {
  issuer: 'https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_abc',
  clientIds: ['a'],
  allowedOrigins: ['https://app.example.com'],
  sessions: memorySessions(),
};
const check = (change: object) => () => checkAuthOptions({ ...good, ...change });

it('takes either issuer format of Cognito', () => {
  expect(check({})).not.toThrow();
  expect(check({ issuer: 'https://issuer-cognito-idp.eu-north-1.amazonaws.com/eu-north-1_abc' })).not.toThrow();
});

it.each([
  ['no issuer', { issuer: undefined }],
  ['an issuer with a slash at its end', { issuer: `${good.issuer}/` }],
  ['an issuer that is no URL', { issuer: 'eu-north-1_abc' }],
  ['no client', { clientIds: [] }],
  ['no origin', { allowedOrigins: [] }],
  ['an origin with a path', { allowedOrigins: ['https://app.example.com/'] }],
  ['every origin', { allowedOrigins: ['*'] }],
  ['an own origin that is not allowed', { ownOrigins: ['https://other.example'] }],
  ['a tolerance of an hour', { clockToleranceS: 3_600 }],
  ['a negative tolerance', { clockToleranceS: -1 }],
  ['a scope of two words', { scopes: ['a b'] }],
  ['a short guest key', { guests: { keys: ['short'] } }],
  ['no guest key', { guests: { keys: [] } }],
  ['three guest keys', { guests: { keys: ['a', 'b', 'c'].map((letter) => letter.repeat(32)) } }],
  ['the same guest key twice', { guests: { keys: ['a'.repeat(32), 'a'.repeat(32)] } }],
  ['nowhere to keep sessions', { sessions: undefined }],
])('does not start with %s', (_, change) => expect(check(change)).toThrow('AuthModule is not configured rightly'));

it('lists all faults at once, and no value', () => {
  const start = check({ issuer: '', clientIds: [], guests: { keys: ['hunter2'] } });
  expect(start).toThrow(/issuer[^]*clientIds[^]*guests/);
  expect(start).not.toThrow('hunter2');
});
