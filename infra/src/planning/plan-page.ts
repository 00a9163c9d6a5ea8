import type { ServiceDescriptor } from '@parley/descriptor';
import type { StackConfig } from '../config/schema';
import { planCapacity } from './capacity';
import { planBehaviours } from './edge-plan';
import { idleCost, PRICES, totalUsd, type Counts } from './idle-cost';

/** What the page tells of one resource. */
export interface PlannedResource {
  type: string;
  name: string;
  protect: boolean;
}

const table = (head: string[], rows: (string | number)[][]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const count = (resources: readonly PlannedResource[], part: string) =>
  resources.filter(({ type }) => type.endsWith(part)).length;

/** The plan of one environment for people: what is built, how it hangs together, and what it costs while nobody comes. */
export function planPage(
  config: StackConfig,
  services: readonly ServiceDescriptor[],
  resources: readonly PlannedResource[],
): string {
  const counts: Counts = {
    endpoints: config.egress === 'endpoints' ? count(resources, ':VpcEndpoint') - 2 : 0,
    secrets: count(resources, 'secret:Secret'),
    keys: count(resources, 'kms/key:Key'),
    alarms: count(resources, ':MetricAlarm'),
  };
  const lines = idleCost(config, services, counts);
  const hasFunction = config.chatCompute === 'lambda' && config.images !== 'none';
  return [
    `# ${config.environment}: the plan`,
    'Written by `npm run plan` from `infra/` and the descriptors, with the program run under mocks; a test holds it to them. Not run against an AWS account.',
    picture(config, services),
    '## What was chosen',
    table(['key', 'value'], choices(config)),
    '## Services',
    table(
      ['service', 'port', 'size', 'tasks', 'scales at'],
      services.map((service) => serviceRow(service, config)),
    ),
    '## Paths at the edge, in this order',
    table(
      ['path', 'goes to', 'kind'],
      [
        ...planBehaviours(services, hasFunction).map(({ pattern, origin, kind }) => [`\`${pattern}\``, origin, kind]),
        ['everything else', 'the page', 'static'],
      ],
    ),
    '## Cost of a month in which nobody comes',
    `About **${totalUsd(lines)} USD**: the sum of the lines below. Without traffic, log lines, model tokens, storage, and what AWS gives away.`,
    table(['what', 'how computed', 'USD'], [...lines.map(({ what, how, usd }) => [what, how, usd.toFixed(2)])]),
    '### Prices',
    table(
      ['price', 'USD', 'source'],
      Object.entries(PRICES).map(([name, { usd, source }]) => [name, usd, source]),
    ),
    '## Every resource',
    table(
      ['type', 'names'],
      [...byType(resources)].map(([type, names]) => [`\`${type}\``, names.join(', ')]),
    ),
  ].join('\n\n');
}

const NOT_SHOWN = new Set(['originSecret', 'identity', 'environment', 'owner', 'costCentre', 'digests']);

function choices(config: StackConfig): string[][] {
  const rows = Object.entries(config)
    .filter(([key, value]) => value !== undefined && !NOT_SHOWN.has(key))
    .map(([key, value]) => [key, typeof value === 'object' ? `\`${JSON.stringify(value)}\`` : String(value)]);
  return [...rows, ['identity', `from ${config.identity.source}`]].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

function serviceRow(service: ServiceDescriptor, config: StackConfig): (string | number)[] {
  const { min, max, heldBecause } = planCapacity(service, config);
  const { cpu, memory } = service.size;
  return [
    service.name,
    service.port,
    `${cpu / 1024} vCPU, ${memory / 1024} GB`,
    heldBecause === undefined ? `${min} to ${max}` : `${max}: ${heldBecause}`,
    `${service.scaling.targetPerTask} of \`${service.scaling.metric}\` a task`,
  ];
}

function byType(resources: readonly PlannedResource[]): Map<string, string[]> {
  const types = new Map<string, string[]>();
  for (const { type, name, protect } of [...resources].sort((a, b) => (a.type + a.name < b.type + b.name ? -1 : 1))) {
    if (type.startsWith('parley:') || type.startsWith('pulumi:')) continue;
    types.set(type, [...(types.get(type) ?? []), protect ? `${name} (protected)` : name]);
  }
  return types;
}

function picture(config: StackConfig, services: readonly ServiceDescriptor[]): string {
  const hasFunction = config.chatCompute === 'lambda' && config.images !== 'none';
  const node = (name: string) => name.replaceAll('-', '_');
  const way = config.entry === 'vpc-origin' ? 'VPC origin' : 'prefix list and secret header';
  return [
    '```mermaid',
    'flowchart LR',
    '  person((person)) --> edge[CloudFront]',
    ...(config.waf === 'off' ? [] : [`  waf[WAF: ${config.waf}] -.- edge`]),
    '  edge -->|everything else| site[(S3: the page)]',
    ...(hasFunction ? ['  edge -->|/api/chat*, signed| answers[Lambda: answers]'] : []),
    `  subgraph vpc [VPC over ${config.zones} zones]`,
    ...services.map(({ name, port }) => `    nlb_${node(name)}[NLB ${port}] --> ${node(name)}[${name}]`),
    ...(config.cache === 'none' ? [] : [`    valkey[(Valkey: ${config.cache})]`]),
    '  end',
    ...services.map(({ name, paths }) => `  edge -->|${paths.join(' ')}, ${way}| nlb_${node(name)}`),
    ...services.flatMap(({ name, grants }) => [
      ...(grants.some(({ kind }) => kind === 'table') ? [`  ${node(name)} --> tables[(DynamoDB)]`] : []),
      ...(grants.some(({ kind }) => kind === 'model') ? [`  ${node(name)} --> bedrock[Bedrock]`] : []),
    ]),
    '```',
  ].join('\n');
}
