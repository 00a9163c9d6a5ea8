/** Prints what a page pays for each part of the package in `argv[2]`: minified and gzipped, in bytes. */
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const index = JSON.stringify(join(resolve(process.argv[2]), 'index.js'));
const parts = [
  'VoiceClient',
  'VoiceCall',
  'ChatClient',
  'createChatTransport',
  'askAssistant',
  'RoomClient',
  'TokenSource',
];
const sizes = {};
for (const part of parts) {
  const build = await rolldown({
    input: 'part',
    platform: 'browser',
    external: ['ai'],
    plugins: [
      {
        name: 'part',
        resolveId: (id) => (id === 'part' ? id : null),
        load: (id) => (id === 'part' ? `export { ${part} } from ${index};` : null),
      },
    ],
  });
  const { output } = await build.generate({ format: 'esm', minify: true });
  await build.close();
  sizes[part] = output.reduce((sum, { code }) => sum + gzipSync(code ?? '').length, 0);
}
process.stdout.write(JSON.stringify(sizes));
