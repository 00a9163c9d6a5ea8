import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createTables,
  isPortFree,
  KNOWLEDGE_BASE_ID,
  startBedrock,
  startDynamo,
  startEdge,
  startIssuer,
} from '@parley/aws-sim';
import type { EdgeLogEntry, Issuer } from '@parley/aws-sim';
import { loadDescriptors, planRoutes, type ServiceDescriptor } from '@parley/descriptor';
import { chooseAws, type AwsChoice } from './aws';
import { environmentOf, localFacts, localOrigins, TABLE_NAMES } from './facts';
import { loadKnowledge } from './knowledge';
import { Printer } from './printer';
import { readyNote } from './ready-note';
import { ServiceProcess, type RestartPolicy } from './service-process';
import { buildOf, dataFolder, planPorts, SettingsError, type PortPlan } from './settings';
import { findValkey, startValkey, valkeyOfPerson } from './valkey';
import { Watchdog } from './watchdog';
import { waitReady } from './wait-ready';

/** How long services may take to leave before they are killed. */
const PATIENCE_MS = 15_000;

export interface LocalCloudOptions {
  /** The workspace. */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
  write: (text: string) => void;
  colours: boolean;
  /** A service died too often: nothing will be right any more. */
  onGivenUp: () => void;
  policy?: RestartPolicy;
  patienceMs?: number;
}

/** AWS on one machine, with the services on it. */
export class LocalCloud {
  private readonly printer: Printer;
  private readonly descriptors: ServiceDescriptor[];
  private readonly stopped = new AbortController();
  private readonly services: ServiceProcess[] = [];
  private readonly parts: { close(): Promise<void> }[] = [];
  private stopping: Promise<void> | undefined;

  /** @throws Error for descriptors that are not right */
  constructor(private readonly options: LocalCloudOptions) {
    this.descriptors = loadDescriptors(join(options.root, 'apps'));
    this.printer = new Printer({
      ...options,
      names: ['local-cloud', 'edge', ...this.descriptors.map(({ name }) => name)],
    });
  }

  /**
   * Starts everything and says when it is ready.
   *
   * @throws SettingsError or Error in words for a person; `stop` then ends what was started
   */
  async start(): Promise<void> {
    const { env, root } = this.options;
    const ports = planPorts(env, this.descriptors);
    const folder = dataFolder(env, root);
    await assertPortsFree(ports);
    for (const { name } of this.descriptors) assertBuilt(root, name);

    const dynamo = await this.keep(startDynamo({ port: ports.dynamodb, folder: join(folder, 'dynamodb') }));
    await createTables(dynamo.endpoint, TABLE_NAMES);
    const issuer = await this.keep(
      startIssuer({
        port: ports.issuer,
        redirectUris: localOrigins(ports.edge).flatMap((origin) => [`${origin}/auth/callback`, `${origin}/`]),
        dataFile: join(folder, 'issuer.json'),
      }),
    );
    const aws = chooseAws(env, { bedrock: `http://127.0.0.1:${ports.bedrock}`, dynamodb: dynamo.endpoint });
    await this.startSimulatedBedrock(aws, ports.bedrock);
    const watchdog = await this.keep(Promise.resolve(new Watchdog()));
    const startedValkey = await this.startValkey(ports.valkey, watchdog);
    const valkeyUrl = startedValkey ?? valkeyOfPerson(env)?.url;
    await this.startServices(ports, issuer, aws, watchdog, valkeyUrl);
    await this.startEdge(ports, issuer, aws);
    this.printer.plain(
      readyNote({
        port: ports.edge,
        users: issuer.users,
        simulatesModels: aws.simulatesModels,
        hasValkey: startedValkey !== undefined,
        folder,
      }),
    );
  }

  /** Services first, so that their goodbyes still pass the edge; then the rest. Safe to call twice. */
  stop(): Promise<void> {
    this.stopping ??= (async () => {
      this.stopped.abort(new Error('stopped'));
      const patienceMs = this.options.patienceMs ?? PATIENCE_MS;
      await Promise.all(this.services.map((service) => service.stop(patienceMs)));
      for (const part of this.parts.reverse()) await part.close();
    })();
    return this.stopping;
  }

  /** Ends the processes without asking; for a second Ctrl-C and for the very end. */
  killNow(): void {
    for (const service of this.services) service.killNow();
  }

  say(level: 'info' | 'warn' | 'error', message: string): void {
    this.printer.say(level, message);
  }

  private async startSimulatedBedrock(aws: AwsChoice, port: number): Promise<void> {
    if (!aws.simulatesModels && !aws.simulatesKnowledge) return;
    const knowledgeBase = await loadKnowledge(this.options.root);
    // Where one of the two is real, services sign with the person's credentials, which the simulator cannot check.
    const isWhole = aws.simulatesModels && aws.simulatesKnowledge;
    await this.keep(startBedrock({ port, knowledgeBase, ...(isWhole ? {} : { credentials: false }) }));
  }

  /** One process of each service works without Valkey; with it what one does is known to the others at once. */
  private async startValkey(port: number, watchdog: Watchdog): Promise<string | undefined> {
    const { env } = this.options;
    const program = findValkey(env);
    if (valkeyOfPerson(env) || program === undefined) return undefined;
    const onDeath = () => this.printer.say('warn', 'Valkey ended; services go on without it');
    const valkey = await this.keep(startValkey(program, port, onDeath));
    watchdog.watch(valkey.pid);
    return valkey.url;
  }

  private async startServices(
    ports: PortPlan,
    issuer: Issuer,
    aws: AwsChoice,
    watchdog: Watchdog,
    valkeyUrl: string | undefined,
  ): Promise<void> {
    const { env, root, policy, onGivenUp } = this.options;
    const facts = localFacts({
      env,
      edgePort: ports.edge,
      region: aws.region,
      issuer,
      valkeyUrl,
      knowledgeBaseId: aws.simulatesKnowledge ? KNOWLEDGE_BASE_ID : undefined,
    });
    const environments = this.descriptors.map((descriptor) => ({
      ...machineVariables(env),
      ...aws.environment,
      ...environmentOf(descriptor, facts),
      ...(env['LOG_LEVEL'] ? { LOG_LEVEL: env['LOG_LEVEL'] } : {}),
      // A container listens on all addresses; a service on somebody's laptop does not.
      HOST: '127.0.0.1',
      PORT: String(ports.services.get(descriptor.name)?.port),
      ADMIN_PORT: String(ports.services.get(descriptor.name)?.adminPort),
    }));
    this.stopped.signal.throwIfAborted();
    for (const [index, { name }] of this.descriptors.entries()) {
      const service = new ServiceProcess({
        name,
        script: join(buildOf(root, name), 'main.js'),
        cwd: root,
        environment: environments[index] ?? {},
        onLine: this.printer.sink(name),
        say: (level, message) => this.printer.say(level, message),
        onGivenUp,
        watchdog,
        ...(policy === undefined ? {} : { policy }),
      });
      this.services.push(service);
      service.start();
    }
    await Promise.all(
      this.descriptors.map(({ name, health }) =>
        waitReady(name, `http://127.0.0.1:${ports.services.get(name)?.adminPort}${health.ready}`, {
          signal: this.stopped.signal,
        }),
      ),
    );
  }

  private async startEdge(ports: PortPlan, issuer: Issuer, aws: AwsChoice): Promise<void> {
    await this.keep(
      startEdge({
        port: ports.edge,
        routes: planRoutes(this.descriptors),
        targets: Object.fromEntries([...ports.services].map(([name, { port }]) => [name, `http://127.0.0.1:${port}`])),
        siteFolder: buildOf(this.options.root, 'web'),
        config: {
          region: aws.region,
          issuer: issuer.issuer,
          domain: issuer.domain,
          // The client that the page signs in with must be the one that the chat service exchanges the code with.
          spaClientId: issuer.loginClientId ?? issuer.spaClientId,
          simulated: { models: aws.simulatesModels, identity: true },
        },
        log: (entry) => this.edgeOnRequest(entry),
      }),
    );
  }

  private edgeOnRequest({ status, method, path, service, failure }: EdgeLogEntry): void {
    if (failure === undefined || this.stopped.signal.aborted) return;
    this.printer.say('warn', `${method} ${path} was not answered`, { status, service, failure }, 'edge');
  }

  /** Remembers a part to close it; closes it at once when all is being stopped already. */
  private async keep<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    if (this.stopped.signal.aborted) {
      await part.close();
      this.stopped.signal.throwIfAborted();
    }
    this.parts.push(part);
    return part;
  }
}

async function assertPortsFree({ all, edge }: PortPlan): Promise<void> {
  const free = await Promise.all(all.map(({ port, bothFamilies }) => isPortFree(port, bothFamilies)));
  const taken = all.filter((_, index) => free[index] === false);
  if (taken.length === 0) return;
  const list = taken.map(({ port, purpose }) => `${port} (for ${purpose})`).join(', ');
  throw new SettingsError(
    `Port ${list} is in use. Is Parley running already? Stop what listens there, or choose others: PORT=${edge + 100} npm start`,
  );
}

function assertBuilt(root: string, name: string): void {
  const script = join(buildOf(root, name), 'main.js');
  if (!existsSync(script)) throw new SettingsError(`${script} is missing. Build it with: npm run build`);
}

/** What any program needs of the machine, and the address that services listen on. */
function machineVariables(env: LocalCloudOptions['env']): Record<string, string> {
  const passed = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'NO_PROXY'];
  const own = passed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(own), NODE_ENV: env['NODE_ENV'] || 'development' };
}
