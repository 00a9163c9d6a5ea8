import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ServiceDescriptor } from '@parley/descriptor';
import { Alarms } from './components/alarms';
import { Certificate } from './components/certificate';
import { Data } from './components/data';
import { Edge } from './components/edge';
import { Images } from './components/images';
import { Network } from './components/network';
import { OriginSecret } from './components/origin-secret';
import { ServiceCluster } from './components/service-cluster';
import { Site } from './components/site';
import { StoredSecret } from './components/stored-secret';
import { Valkey } from './components/valkey';
import { Watching } from './components/watching';
import type { StackConfig } from './config/schema';
import { addEntries } from './parts/entries';
import { addFunction } from './parts/function';
import { addServices } from './parts/services';
import { deploymentFacts } from './parts/facts';
import { signInClientId } from './identity/outputs';
import { readIdentity } from './identity/read-identity';
import { cacheAlarms, EDGE_ALARMS, MODEL_ALARMS, TABLE_ALARMS } from './planning/alarms';
import { assertDigests } from './planning/digests';
import { planBehaviours, FUNCTION_ORIGIN } from './planning/edge-plan';
import { assertFenced } from './planning/fence';
import { stackName } from './planning/names';
import { siteFiles } from './planning/site-files';
import { chooseZones } from './planning/zones';

/** Where the program finds what it deploys. */
export interface Workspace {
  services: readonly ServiceDescriptor[];
  /** The built page. */
  siteFolder: string;
  dockerfile: string;
  stagedFolder: (service: string) => string;
}

/** What the stack tells people and other programs. */
export interface StackOutputs {
  url: pulumi.Output<string>;
  distributionId: pulumi.Output<string>;
  siteBucket: pulumi.Output<string>;
  clusterName: pulumi.Output<string>;
  /** Where a pipeline pushes the image of each service. */
  repositories: Record<string, pulumi.Output<string>>;
  tables: Record<string, pulumi.Output<string>>;
  /** Services held at one task, and why. */
  notes: string[];
}

/**
 * Everything of one environment.
 *
 * @throws Error, before anything is made, for a configuration and descriptors that do not fit together
 */
export async function buildStack(config: StackConfig, workspace: Workspace): Promise<StackOutputs> {
  const { environment, region } = config;
  const { services } = workspace;
  const name = stackName(environment);
  assertDigests(config, services);
  if (config.entry === 'public') assertFenced(services);
  const hasFunction = config.chatCompute === 'lambda' && config.images !== 'none';
  const behaviours = planBehaviours(services, hasFunction);
  const files = siteFiles(workspace.siteFolder);
  const identity = await readIdentity(config.identity);

  const provider = new aws.Provider('aws', { region, defaultTags: { tags: tagsOf(config) } });
  const options = { providers: [provider] };
  const { accountId } = await aws.getCallerIdentity({}, { provider });
  const { names, zoneIds } = await aws.getAvailabilityZones({ state: 'available' }, { provider });
  const zones = chooseZones(
    names.map((zone, index) => ({ name: zone, id: zoneIds[index] ?? '' })),
    config.zones,
  );

  const watching = new Watching(name, { ...config, accountId, services }, options);
  const network = new Network(
    name,
    { ...config, accountId, zones, usesKnowledgeBase: config.knowledgeBaseId !== undefined, usesExec: config.exec },
    options,
  );
  const data = new Data(name, { protect: config.protect, accountId, region }, options);
  const images = new Images(name, { ...config, ...workspace, forceDelete: config.protect === 'none' }, options);
  const entries = addEntries(name, { config, services, network, options });
  const valkey =
    config.cache === 'none'
      ? undefined
      : new Valkey(
          `${name}-valkey`,
          {
            kind: config.cache,
            vpcId: network.vpcId,
            subnetIds: network.taskSubnetIds,
            clients: Object.fromEntries(Object.entries(entries).map(([service, entry]) => [service, entry.taskGroup])),
            key: data.key,
            replica: config.protect === 'full',
          },
          options,
        );
  const originSecret =
    config.entry === 'public' && config.originSecret !== undefined
      ? new OriginSecret(
          `${name}-origin`,
          { current: config.originSecret.current, previous: config.originSecret.previous, key: data.key },
          options,
        )
      : undefined;

  // Signs guest sessions; 64 letters and digits that nobody has seen.
  const guestSessionKeys = new StoredSecret(`${name}-guest-sessions`, { length: 64, key: data.key }, options);

  const site = new Site(name, { files, forceDestroy: config.protect === 'none' }, options);
  const facts = (origin: pulumi.Input<string>) =>
    deploymentFacts({ config, identity, tables: data.tables, valkey, originSecret, guestSessionKeys, origin });
  const parts = { name, config, accountId, data, images, options };
  const answers = hasFunction ? addFunction({ ...parts, services, watching, facts }) : undefined;
  const edge = new Edge(
    name,
    {
      environment,
      waf: config.waf,
      logRetentionDays: config.logRetentionDays,
      behaviours,
      origins: Object.fromEntries(Object.entries(entries).map(([service, entry]) => [service, entry.reachedAt])),
      site,
      ...(answers === undefined ? {} : { function: { originId: FUNCTION_ORIGIN, domainName: answers.domainName } }),
      originSecret: config.entry === 'public' ? config.originSecret?.current : undefined,
      ...edgeDomain(name, config, options),
    },
    options,
  );
  const { distribution } = edge;
  answers?.admit(distribution.arn);
  site.admit(distribution.arn);
  site.configure({
    region: identity.region,
    issuer: identity.issuer,
    domain: identity.domain,
    spaClientId: signInClientId(identity),
  });

  const cluster = new ServiceCluster(name, { insights: config.protect !== 'none' }, options);
  const notes = addServices({
    ...parts,
    services,
    entries,
    network,
    watching,
    cluster: cluster.cluster,
    facts: facts(edge.url),
  });
  addSharedAlarms(name, { config, data, valkey, watching, distribution, options });
  return {
    url: edge.url,
    distributionId: distribution.id,
    siteBucket: site.bucket.id,
    clusterName: cluster.cluster.name,
    repositories: Object.fromEntries(
      Object.entries(images.repositories).map(([service, { repositoryUrl }]) => [service, repositoryUrl]),
    ),
    tables: Object.fromEntries(Object.entries(data.tables).map(([table, { name: tableName }]) => [table, tableName])),
    notes,
  };
}

/** Static on purpose: a tag that changes at every run would touch everything, and a VPC origin refuses it. */
const tagsOf = ({ environment, owner, costCentre }: StackConfig) => ({
  project: 'parley',
  environment,
  owner,
  'cost-centre': costCentre,
  'managed-by': 'pulumi',
});

function edgeDomain(name: string, { domain, zoneId }: StackConfig, options: pulumi.ComponentResourceOptions) {
  if (domain === undefined || zoneId === undefined) return {};
  const certificate = new Certificate(`${name}-edge`, { domain, zoneId, region: 'us-east-1' }, options);
  return { domain: { name: domain, zoneId, certificateArn: certificate.arn } };
}

function addSharedAlarms(
  name: string,
  parts: {
    config: StackConfig;
    data: Data;
    valkey: Valkey | undefined;
    watching: Watching;
    distribution: aws.cloudfront.Distribution;
    options: pulumi.ComponentResourceOptions;
  },
): void {
  const { config, data, valkey, watching, distribution, options } = parts;
  const { topicArn } = watching;
  for (const [table, resource] of Object.entries(data.tables))
    new Alarms(`${name}-${table}`, { plans: TABLE_ALARMS, values: { table: resource.name }, topicArn }, options);
  const models = [config.voiceModelId, ...config.chatModels.map((model) => model.replace(/^bedrock:/, ''))];
  for (const model of new Set(models))
    new Alarms(
      `${name}-${model.replaceAll(/[^a-z0-9]+/g, '-')}`,
      { plans: MODEL_ALARMS, values: { model }, topicArn },
      options,
    );
  if (valkey !== undefined && config.cache !== 'none')
    new Alarms(
      `${name}-valkey`,
      { plans: cacheAlarms(config.cache), values: { cache: valkey.cacheName }, topicArn },
      options,
    );
  new Alarms(
    `${name}-edge`,
    {
      plans: EDGE_ALARMS,
      values: { distribution: distribution.id, global: 'Global' },
      topicArn: watching.edgeTopicArn,
      region: 'us-east-1',
    },
    options,
  );
}
