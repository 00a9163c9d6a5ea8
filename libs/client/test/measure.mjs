/**
 * Prints what a page pays for each part of the package in `argv[2]`: `bytes` minified and gzipped, and what of the others'
 * came along, told by words that only one of them has.
 */
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
const words = ['callStart', 'joinRoom', '/api/chat/', 'AudioWorkletNode', 'code_challenge'];
const costs = {};
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
  const code = output.map((chunk) => chunk.code ?? '').join('');
  costs[part] = { bytes: gzipSync(code).length, words: words.filter((word) => code.includes(word)) };
}
process.stdout.write(JSON.stringify(costs));
