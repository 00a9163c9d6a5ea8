import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { createTables, startBedrock, startDynamo, startIssuer, type BedrockOptions } from '@parley/aws-sim';

const root = resolve(import.meta.dirname, '../../..');
const TABLES = { conversations: 'parley-conversations', sessions: 'parley-sessions' };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** One built service as a process of its own. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    readonly adminPort: number,
    private readonly output: string[],
  ) {}

  static async start(name: string, environment: Record<string, string>): Promise<ServiceProcess> {
    const [port, adminPort] = [await freePort(), await freePort()];
    const output: string[] = [];
    const child = spawn(process.execPath, [`dist/apps/${name}/main.js`], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...environment, PORT: String(port), ADMIN_PORT: String(adminPort) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    const service = new ServiceProcess(child, port, adminPort, output);
    while (!(await service.isReady())) {
      if (child.exitCode !== null) throw new Error(`${name} did not start:\n${service.log}`);
      await new Promise((wait) => setTimeout(wait, 50));
    }
    return service;
  }

  get log(): string {
    return this.output.join('');
  }

  /** Sends a signal and waits for the end; answers the exit code, null for a process that was killed. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exited = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill(signal);
    return (await exited)[0];
  }

  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.adminPort}/metrics`)).text();
  }

  private isReady(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.adminPort}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

/** What stands before several processes of one service: new connections go to the one that is named, and can be cut. */
export class Balancer {
  private target = 0;
  private readonly open = new Set<Socket>();
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Balancer> {
    const server = createServer();
    const balancer = new Balancer(server);
    server.on('connection', (near) => balancer.onConnection(near));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on new connections go there; those that are open stay where they are. */
  sendTo(port: number): void {
    this.target = port;
  }

  /** The network is gone for everybody, without a goodbye. */
  cut(): void {
    for (const socket of this.open) socket.resetAndDestroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private onConnection(near: Socket): void {
    const far = connect(this.target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.open.add(one);
      one.on('error', () => other.destroy()).on('close', () => (this.open.delete(one), other.destroy()));
      one.pipe(other);
    }
  }
}

/** Simulators that several processes of the services share, and how those are started. */
export class Fleet {
  private readonly services: ServiceProcess[] = [];

  private constructor(
    readonly issuer: Awaited<ReturnType<typeof startIssuer>>,
    readonly bedrock: Awaited<ReturnType<typeof startBedrock>>,
    private readonly dynamo: Awaited<ReturnType<typeof startDynamo>>,
  ) {}

  static async start(options: BedrockOptions): Promise<Fleet> {
    const redirectUris = ['http://localhost:4200/auth/callback'];
    const [issuer, bedrock, dynamo] = await Promise.all([
      startIssuer({ redirectUris }),
      startBedrock(options),
      startDynamo(),
    ]);
    await createTables(dynamo.endpoint, TABLES);
    return new Fleet(issuer, bedrock, dynamo);
  }

  async service(name: 'voice-gateway' | 'chat-service', own: Record<string, string> = {}): Promise<ServiceProcess> {
    const { issuer, bedrock, dynamo } = this;
    const service = await ServiceProcess.start(name, {
      ...{ HOST: '127.0.0.1', AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.endpoint,
      AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: bedrock.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
      COGNITO_ISSUER: issuer.issuer,
      COGNITO_CLIENT_IDS: issuer.spaClientId,
      COGNITO_DOMAIN: issuer.domain,
      COGNITO_LOGIN_CLIENT_ID: issuer.spaClientId,
      ALLOWED_ORIGINS: 'http://localhost:4200',
      CONVERSATIONS_TABLE: TABLES.conversations,
      SESSIONS_TABLE: TABLES.sessions,
      VOICE_MODEL_ID: 'amazon.nova-2-sonic-v1:0',
      CHAT_MODEL: 'bedrock:amazon.nova-lite-v1:0',
      ...own,
    });
    this.services.push(service);
    return service;
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.end('SIGTERM')));
    await Promise.all([this.bedrock.close(), this.issuer.close(), this.dynamo.close()]);
  }
}
