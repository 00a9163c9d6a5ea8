import { join, resolve } from 'node:path';
import type { ServiceDescriptor } from '@parley/descriptor';

/** The edge's port when nothing else is asked for; ports of services in their descriptors belong to this one. */
export const DEFAULT_PORT = 4200;

/** Ports above 1023 that fetch refuses, in browsers and in Node (fetch.spec.whatwg.org, "bad port"). */
const REFUSED_BY_BROWSERS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

type Environment = Readonly<Record<string, string | undefined>>;

export interface PortUse {
  port: number;
  purpose: string;
  /** Browsers call it `localhost`, so it listens on both loopback addresses. */
  bothFamilies: boolean;
}

/** Where everything listens: all ports move together with the edge's. */
export interface PortPlan {
  edge: number;
  issuer: number;
  bedrock: number;
  dynamodb: number;
  valkey: number;
  services: ReadonlyMap<string, { port: number; adminPort: number }>;
  all: readonly PortUse[];
}

/** A wish that cannot be met; its message is all that a person needs. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * @param env `PORT` is the edge's port
 * @throws SettingsError for a port that is no number, leaves no room above it, or is needed twice
 */
export function planPorts(env: Environment, descriptors: readonly ServiceDescriptor[]): PortPlan {
  const edge = portOf(env['PORT'], descriptors);
  const shift = edge - DEFAULT_PORT;
  const [issuer, bedrock, dynamodb, valkey] = [edge + 1, edge + 2, edge + 3, edge + 4] as const;
  const services = new Map(
    descriptors.map(({ name, port, adminPort }) => [name, { port: port + shift, adminPort: adminPort + shift }]),
  );
  const all: PortUse[] = [
    { port: edge, purpose: 'the page', bothFamilies: true },
    { port: issuer, purpose: 'the sign-in', bothFamilies: true },
    { port: bedrock, purpose: 'the model simulator', bothFamilies: false },
    { port: dynamodb, purpose: 'the database', bothFamilies: false },
    { port: valkey, purpose: 'Valkey', bothFamilies: false },
    ...[...services].flatMap(([name, { port, adminPort }]) => [
      { port, purpose: name, bothFamilies: false },
      { port: adminPort, purpose: `${name} (health)`, bothFamilies: false },
    ]),
  ];
  const refused = [edge, issuer, bedrock].find((port) => REFUSED_BY_BROWSERS.has(port));
  if (refused !== undefined)
    throw new SettingsError(`PORT=${edge} needs port ${refused}, which browsers refuse to open; choose another`);
  const seen = new Map<number, string>();
  for (const { port, purpose } of all) {
    const other = seen.get(port);
    if (other !== undefined) throw new SettingsError(`Port ${port} is needed for ${other} and for ${purpose}`);
    seen.set(port, purpose);
  }
  return { edge, issuer, bedrock, dynamodb, valkey, services, all };
}

function portOf(text: string | undefined, descriptors: readonly ServiceDescriptor[]): number {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const highest = Math.max(DEFAULT_PORT + 4, ...descriptors.flatMap(({ port, adminPort }) => [port, adminPort]));
  const most = 65_535 - (highest - DEFAULT_PORT);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= 1_024 && port <= most) return port;
  throw new SettingsError(`PORT is to be a number from 1024 to ${most}`);
}

/**
 * Origins of other pages that may show the widget: `EMBED_ORIGINS`, separated by commas.
 *
 * @throws SettingsError for one that is more or less than an origin, as a browser would never send it
 */
export function embedOrigins(env: Environment): string[] {
  const origins = (env['EMBED_ORIGINS'] ?? '').split(',').flatMap((text) => text.trim() || []);
  for (const origin of origins)
    if (!/^https?:/.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new SettingsError(
        'EMBED_ORIGINS is to be a list of origins, such as http://shop.localhost:3000, without a path or a slash at the end',
      );
  return origins;
}

/**
 * Whether guests may speak too: `GUEST_VOICE`, by default not.
 *
 * @throws SettingsError for anything but `true` and `false`: a person who writes `yes` wants to be told
 */
export function guestVoice(env: Environment): string {
  const text = env['GUEST_VOICE'] || 'false';
  if (text !== 'true' && text !== 'false') throw new SettingsError('GUEST_VOICE is to be true or false');
  return text;
}

/** Where data is kept between runs: `PARLEY_DATA`, else `.parley` in the workspace. */
export const dataFolder = (env: Environment, root: string): string =>
  resolve(root, env['PARLEY_DATA'] === undefined || env['PARLEY_DATA'] === '' ? '.parley' : env['PARLEY_DATA']);

/** Where the build of an app lies. */
export const buildOf = (root: string, app: string): string => join(root, 'dist', 'apps', app);
