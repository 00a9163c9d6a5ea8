import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadDescriptors, parseDescriptor, planRoutes, routeFor, type ServiceDescriptor } from './index';

const apps = resolve(import.meta.dirname, '../../../apps');

describe('the descriptors of this workspace', () => {
  const services = loadDescriptors(apps);

  it('are valid and name the two services with the ports others rely on', () => {
    expect(services.map(({ name, port }) => [name, port])).toEqual([
      ['chat-service', 8080],
      ['voice-gateway', 8081],
    ]);
  });

  it.each([
    ['/ws/chat', 'chat-service'],
    ['/ws/chat/', 'chat-service'],
    ['/ws/voice', 'voice-gateway'],
    ['/ws/nova-sonic-backend', 'voice-gateway'],
    ['/api/session/me', 'chat-service'],
    ['/ws', undefined],
    ['/', undefined],
    ['/API/chat', undefined],
    ['/assets/index.js', undefined],
  ])('lead %s to %s', (path, service) => expect(routeFor(planRoutes(services), path)?.service).toBe(service));
});

describe('planRoutes', () => {
  const service = (name: string, ...paths: string[]) => ({ name, port: 8080, paths }) as ServiceDescriptor;

  it('tries the longest literal prefix first and an exact path before a wildcard', () => {
    const routes = planRoutes([service('a', '/a*', '/a/b/c', '/a/b/c*'), service('b', '/a/b*')]);
    expect(routes.map(({ pattern }) => pattern)).toEqual(['/a/b/c', '/a/b/c*', '/a/b*', '/a*']);
  });

  it('refuses two services on one pattern', () => {
    expect(() => planRoutes([service('a', '/x'), service('b', '/x')])).toThrow('claimed by both a and b');
  });
});

describe('a wrong descriptor', () => {
  it('is refused with every fault at once, by path', () => {
    const message = (() => {
      try {
        parseDescriptor({ name: 'X', port: 80, paths: ['/*'], colour: 'red' }, 'apps/x/service.json');
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    })();
    for (const part of ['apps/x/service.json', 'at name', 'at port', 'at paths[0]', 'at size', 'colour'])
      expect(message).toContain(part);
  });

  it('is refused when its name is not its folder, when it is not JSON, and when a port is taken', () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-'));
    const put = (name: string, text: string) => {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'service.json'), text);
    };
    const valid = { ...loadDescriptors(apps)[0] };
    put('a-service', '{');
    expect(() => loadDescriptors(folder)).toThrow('is not JSON');
    put('a-service', JSON.stringify(valid));
    expect(() => loadDescriptors(folder)).toThrow('its folder "a-service"');
    put('a-service', JSON.stringify({ ...valid, name: 'a-service' }));
    put('b-service', JSON.stringify({ ...valid, name: 'b-service' }));
    expect(() => loadDescriptors(folder)).toThrow('port 8080 is taken by a-service');
  });
});
