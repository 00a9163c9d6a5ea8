import { copyFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

// Three programs: the stack, the user pool's, and the pack of rules. Pulumi's packages stay outside: a second copy of
// @pulumi/pulumi would not know the engine. Everything that is not ours stays outside, as for the services.
const program = (input, dir, plugins = []) =>
  defineConfig({
    plugins,
    input: { index: input },
    platform: 'node',
    tsconfig: 'infra/tsconfig.json',
    external: (id) => !/^(\0|[./]|infra\/|@parley\/|@oxc-project\/runtime)/.test(id),
    output: { dir, format: 'esm', sourcemap: true, cleanDir: true, keepNames: true },
  });

export default [
  program('infra/src/index.ts', 'dist/infra/stack'),
  program('infra/identity/src/index.ts', 'dist/infra/identity'),
  // Pulumi looks for the pack's description beside it.
  program('infra/policy/index.ts', 'dist/infra/policy', [
    {
      name: 'description',
      writeBundle: () => copyFileSync('infra/policy/PulumiPolicy.yaml', 'dist/infra/policy/PulumiPolicy.yaml'),
    },
  ]),
];
