// What `preview`, `up` and `destroy` share: Pulumi's command, the build, and the run. Not run against an AWS account.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { writeSboms } from './sbom.mjs';
import { stageImages } from './stage.mjs';

const ENVIRONMENT = /^[a-z][a-z0-9-]{1,11}$/;

/** The path of Pulumi's command, or undefined. */
export function findPulumi(env = process.env) {
  if (env.PULUMI_PATH) return existsSync(env.PULUMI_PATH) ? env.PULUMI_PATH : undefined;
  const folders = [
    ...(env.PATH ?? '').split(delimiter),
    join(env.PULUMI_HOME ?? join(env.HOME ?? '', '.pulumi'), 'bin'),
  ];
  return folders.map((folder) => join(folder, 'pulumi')).find((path) => existsSync(path));
}

export const HOW_TO_GET_PULUMI =
  "Pulumi's command is not here. Get it with: curl -fsSL https://get.pulumi.com | sh -s -- --version 3.270.0 (or set PULUMI_PATH to where it is)";

/** What a command line asks for: the environment, and arguments that Pulumi gets as they are. Throws in words for a person. */
export function parseArguments(args, root = process.cwd()) {
  const [environment, ...rest] = args;
  if (
    environment === undefined ||
    !ENVIRONMENT.test(environment) ||
    !existsSync(join(root, 'infra', `Pulumi.${environment}.yaml`))
  )
    throw new Error(
      `Say which environment: there must be an infra/Pulumi.<environment>.yaml, and there is none for "${environment ?? ''}"`,
    );
  return { environment, rest };
}

/** Builds what is deployed, then runs Pulumi. Exits with its status. */
export function runPulumi(command, { builds }) {
  let asked;
  try {
    asked = parseArguments(process.argv.slice(2));
  } catch (error) {
    stop(error.message);
  }
  const pulumi = findPulumi();
  if (pulumi === undefined) stop(HOW_TO_GET_PULUMI);
  const targets = builds ? ['run-many', '-t', 'build'] : ['run-many', '-t', 'build', '-p', 'infra,web'];
  const build = spawnSync(process.execPath, ['node_modules/nx/bin/nx.js', ...targets, '--outputStyle=static'], {
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  if (build.status !== 0) stop('The build failed: see above.');
  if (builds) {
    stageImages();
    writeSboms();
  }
  const { status } = spawnSync(pulumi, [command, '--cwd', 'infra', '--stack', asked.environment, ...asked.rest], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
