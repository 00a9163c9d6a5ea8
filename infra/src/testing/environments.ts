import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadDescriptors, type ServiceDescriptor } from '@parley/descriptor';
import { readStackConfig } from '../config/read-config';
import type { StackConfig } from '../config/schema';
import { buildStack, type StackOutputs, type Workspace } from '../stack';
import { recordStack, type RecordOptions, type Recording } from './record-stack';

export const IDENTITY = {
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool00001',
  userPoolId: 'us-east-1_Pool00001',
  region: 'us-east-1',
  domain: 'https://parley.auth.us-east-1.amazoncognito.com',
  spaClientId: 'spa-client',
  loginClientId: 'login-client',
  loginClientSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:login-AbCdEf',
};
/** As a Terraform configuration would name them. */
export const TERRAFORM_IDENTITY = {
  issuer: IDENTITY.issuer,
  user_pool_id: IDENTITY.userPoolId,
  region: IDENTITY.region,
  domain: IDENTITY.domain,
  spa_client_id: IDENTITY.spaClientId,
};

export const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export const ENTRIES = ['vpc-origin', 'public'] as const;
export const COMPUTES = ['ecs', 'lambda'] as const;
export const SOURCES = ['pulumi', 'terraform', 'literal'] as const;

export interface Choice {
  environment?: string;
  entry?: (typeof ENTRIES)[number];
  compute?: (typeof COMPUTES)[number];
  source?: (typeof SOURCES)[number];
  /** Further keys of the configuration. */
  config?: Record<string, unknown>;
}

const SECRET = 'o'.repeat(40);
const DOMAIN = { domain: 'parley.example.com', zoneId: 'Z0123456789' };
export const IDENTITY_OF = {
  pulumi: { stack: 'organization/parley-identity/dev' },
  terraform: { bucket: 'states', key: 'identity.tfstate', region: 'us-east-1' },
  literal: IDENTITY,
};

/** The configuration of a choice, read as the program reads it. */
export function configOf({
  environment = 'dev',
  entry = 'vpc-origin',
  compute = 'ecs',
  source = 'literal',
  config = {},
}: Choice): StackConfig {
  const values = {
    entry,
    chatCompute: compute,
    identitySource: source,
    identity: IDENTITY_OF[source],
    ...(compute === 'lambda' || entry === 'public' ? DOMAIN : {}),
    ...(entry === 'public' ? { originDomain: 'origin.example.com', originSecret: { current: SECRET } } : {}),
    ...(environment === 'prod' ? { alarmEmail: 'ops@example.com', budgetUsd: 500, waf: 'block' } : {}),
    ...(environment === 'dev' ? { cache: 'none' } : {}),
    ...config,
  };
  return readStackConfig(environment, {
    'aws:region': 'us-east-1',
    ...Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) =>
        value === undefined
          ? []
          : [[`parley:${key}`, typeof value === 'string' ? value : JSON.stringify(value)] as const],
      ),
    ),
  });
}

export const ROOT = resolve(import.meta.dirname, '../../..');

/** The services as their descriptors are today. */
export const services = (): ServiceDescriptor[] => loadDescriptors(join(ROOT, 'apps'));

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A page and images small enough for a test; gone after the tests of the file. */
export function fixtureWorkspace(from: ServiceDescriptor[] = services()): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'parley-infra-'));
  folders.push(folder);
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put('web/index.html', '<!doctype html>');
  put('web/assets/index-abc.js', 'export {}');
  put('web/assets/index-abc.js.map', '{}');
  put('web/config.json', '{}');
  for (const { name } of from) put(`images/${name}/main.js`, `// ${name}`);
  return {
    services: from,
    siteFolder: join(folder, 'web'),
    dockerfile: 'infra/docker/service.Dockerfile',
    stagedFolder: (service) => join(folder, 'images', service),
  };
}

/** The whole stack of a choice, under mocks. */
export function record(
  choice: Choice = {},
  options: Partial<RecordOptions> & { workspace?: Workspace } = {},
): Promise<Recording<StackOutputs>> {
  const { workspace = fixtureWorkspace(), ...rest } = options;
  const config = configOf(choice);
  return recordStack(
    {
      stack: config.environment,
      identity: choice.source === 'terraform' ? TERRAFORM_IDENTITY : IDENTITY,
      ...rest,
    },
    () => buildStack(config, workspace),
  );
}
