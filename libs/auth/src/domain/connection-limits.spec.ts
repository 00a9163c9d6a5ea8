import { ConnectionLimits } from './connection-limits';
import type { Principal } from './principal';

const principal = (kind: Principal['kind'], id: string): Principal => ({
  kind,
  id,
  groups: [],
  clientId: 'c',
  expiresAt: 1,
});

it('lets one principal have ten, and gives a place back once, however often it is told', () => {
  const limits = new ConnectionLimits();
  const alice = principal('user', 'alice');
  const places = Array.from({ length: 10 }, () => limits.take(alice, 'here'));
  expect(() => limits.take(alice, 'elsewhere')).toThrow('Too many connections');
  limits.take(principal('user', 'bob'), 'here');
  places[0]!.release();
  places[0]!.release();
  limits.take(alice, 'here');
  expect(() => limits.take(alice, 'here')).toThrow('Too many connections');
});

it('counts guests, and those who brought nothing, by address; users never', () => {
  const limits = new ConnectionLimits({ guestsPerAddress: 2 });
  limits.take(principal('guest', 'a'), 'here');
  limits.take(undefined, 'here');
  expect(() => limits.take(principal('guest', 'b'), 'here')).toThrow('Too many connections');
  limits.take(principal('guest', 'b'), 'there');
  for (let n = 0; n < 5; n += 1) limits.take(principal('user', `u-${n}`), 'here');
});

it('takes no place when it refuses', () => {
  const limits = new ConnectionLimits({ perPrincipal: 5, guestsPerAddress: 1 });
  const guest = principal('guest', 'a');
  const place = limits.take(guest, 'here');
  for (let n = 0; n < 9; n += 1) expect(() => limits.take(guest, 'here')).toThrow();
  place.release();
  expect(limits.take(guest, 'here')).toBeDefined();
});
