/** Makes the widget: one classic script, and the code of its audio thread. `node apps/widget/build.mjs [folder]`. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const out = resolve(process.argv[2] ?? join(root, 'dist/apps/widget'));

/** One file each: a shop's page names them without a hash, and an audio thread loads its file as it is. */
async function bundle(file, input, format) {
  const build = await rolldown({
    input,
    platform: 'browser',
    tsconfig: join(root, 'tsconfig.base.json'),
    // The libraries only declare; without this the schemas of the wires, and zod with them, would come along.
    treeshake: { moduleSideEffects: (id) => id === input },
  });
  await build.write({ file: join(out, file), format, minify: true, sourcemap: true });
  await build.close();
}
await bundle('widget.js', join(here, 'src/main.ts'), 'iife');
await bundle('widget-audio.js', join(root, 'libs/client/src/audio/audio-worklet.ts'), 'esm');
