import { resolve } from 'node:path';
import { loadDescriptors } from '@parley/descriptor';
import { dataFolder, planPorts } from './settings';
import { descriptorOf } from './testing/workspace';

const services = loadDescriptors(resolve(import.meta.dirname, '../..'));

describe('the ports', () => {
  it('are those that others rely on by default', () => {
    const plan = planPorts({}, services);
    expect([plan.edge, plan.issuer, plan.bedrock, plan.dynamodb, plan.valkey]).toEqual([4200, 4201, 4202, 4203, 4204]);
    expect(plan.services.get('chat-service')).toEqual({ port: 8080, adminPort: 9080 });
    expect(plan.services.get('voice-gateway')).toEqual({ port: 8081, adminPort: 9081 });
  });

  it('all move with PORT', () => {
    const plan = planPorts({ PORT: '4300' }, services);
    expect(plan.all.map(({ port }) => port)).toEqual([4300, 4301, 4302, 4303, 4304, 8180, 9180, 8181, 9181]);
  });

  it('listen on both loopback addresses where a browser goes', () => {
    const plan = planPorts({}, services);
    expect(plan.all.filter(({ bothFamilies }) => bothFamilies).map(({ port }) => port)).toEqual([4200, 4201]);
  });

  it.each(['0', '80', '65000', '-1', '4200x', '4.2e3', 'http'])('refuse PORT=%s', (PORT) => {
    expect(() => planPorts({ PORT }, services)).toThrow('PORT is to be a number from 1024 to 60654');
  });

  it('refuse a service on a port of the local cloud', () => {
    expect(() => planPorts({}, [descriptorOf('a-service', 4201)])).toThrow(
      'Port 4201 is needed for the sign-in and for a-service',
    );
  });
});

it('keeps data in the workspace unless told otherwise', () => {
  expect(dataFolder({}, '/home/p')).toBe('/home/p/.parley');
  expect(dataFolder({ PARLEY_DATA: '' }, '/home/p')).toBe('/home/p/.parley');
  expect(dataFolder({ PARLEY_DATA: 'other' }, '/home/p')).toBe('/home/p/other');
  expect(dataFolder({ PARLEY_DATA: '/data' }, '/home/p')).toBe('/data');
});

it.each(['6000', '5999', '6664', '4188'])('PORT=%s needs a port that browsers refuse, and says so at once', (PORT) => {
  expect(() => planPorts({ PORT }, [])).toThrow('browsers refuse');
});
