import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPortFree } from '@parley/aws-sim';
import { descriptorSchema, type ServiceDescriptor } from '@parley/descriptor';
import { planPorts } from '../settings';

/** A descriptor as small as one can be. */
export const descriptorOf = (name: string, port: number, more: Partial<ServiceDescriptor> = {}): ServiceDescriptor =>
  descriptorSchema.parse({
    name,
    port,
    adminPort: port + 1_000,
    protocol: 'http',
    paths: [`/${name}/*`],
    health: { live: '/health/live', ready: '/health/ready' },
    size: { cpu: 256, memory: 512 },
    scaling: { metric: 'parley_things_live', targetPerTask: 1, min: 1, max: 1 },
    environment: [
      { name: 'PORT', value: String(port) },
      { name: 'ADMIN_PORT', value: String(port + 1_000) },
      { name: 'COGNITO_ISSUER', from: 'issuer', required: true },
      { name: 'VALKEY_URL', from: 'valkeyUrl' },
      { name: 'CONVERSATIONS_TABLE', from: 'table.conversations', required: true },
    ],
    grants: [],
    ...more,
  });

/** A service in a few lines: ready at once, answers its environment, leaves on SIGTERM. */
export const POLITE_SERVICE = `
const { createServer } = require('node:http');
const log = (level, msg, more) => process.stdout.write(JSON.stringify({ level, time: Date.now(), msg, ...more }) + '\\n');
const main = createServer((request, response) => {
  if (request.url.endsWith('/crash')) process.exit(7);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ pid: process.pid, url: request.url, env: process.env }));
});
const admin = createServer((request, response) => response.end('{}'));
main.listen(Number(process.env.PORT), process.env.HOST);
admin.listen(Number(process.env.ADMIN_PORT), process.env.HOST, () => log('info', 'listening', { pid: process.pid }));
process.on('SIGTERM', () => {
  log('info', 'leaving');
  main.close(() => process.exit(0));
  main.closeAllConnections();
});
`;

/** Never ready, deaf to SIGTERM. */
export const DEAF_SERVICE = `
${POLITE_SERVICE}
process.removeAllListeners('SIGTERM');
process.on('SIGTERM', () => log('warn', 'I stay'));
`;

/** A workspace with descriptors, built services and a page, in a folder of its own. */
export function makeWorkspace(scripts: Record<string, string>): { root: string; descriptors: ServiceDescriptor[] } {
  const root = mkdtempSync(join(tmpdir(), 'parley-cloud-'));
  const put = (file: string, text: string) => {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const descriptors = Object.keys(scripts).map((name, index) => descriptorOf(name, 8_080 + index));
  for (const descriptor of descriptors) {
    put(`apps/${descriptor.name}/service.json`, JSON.stringify(descriptor));
    put(`dist/apps/${descriptor.name}/main.js`, scripts[descriptor.name] ?? '');
  }
  put('dist/apps/web/index.html', '<!doctype html><title>Parley</title>');
  put('README.md', '# Parley\n\nSpeak and ask.\n');
  return { root, descriptors };
}

/** A value of `PORT` with which every port that the plan needs is free. */
export async function findFreePort(descriptors: readonly ServiceDescriptor[]): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = 12_000 + Math.floor(Math.random() * 18_000);
    const { all } = planPorts({ PORT: String(port) }, descriptors);
    const free = await Promise.all(all.map((use) => isPortFree(use.port, use.bothFamilies)));
    if (free.every(Boolean)) return port;
  }
  throw new Error('No free ports were found');
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Collects what is written and resolves when something that fits has come. */
export class Output {
  text = '';
  private readonly waiting = new Set<() => void>();

  readonly write = (text: string): void => {
    this.text += text;
    for (const look of this.waiting) look();
  };

  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve) => {
      const look = () => {
        const found = pattern.exec(this.text);
        if (!found) return;
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      look();
    });
  }
}
