// Completes package-lock.json after a change of dependencies: `node tools/scripts/complete-lock.mjs`.
//
// A registry mirror may not serve optional binaries of foreign platforms (macOS builds of swc, say). npm then leaves them
// out of the lock, and `npm ci` refuses that lock as incomplete. This adds an entry for each one that is missing, marked
// with its platform, so that npm skips it everywhere else.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = {
  darwin: 'darwin', macos: 'darwin', win32: 'win32', windows: 'win32', win: 'win32', linux: 'linux', linuxmusl: 'linux',
  freebsd: 'freebsd', openbsd: 'openbsd', netbsd: 'netbsd', android: 'android', openharmony: 'openharmony', sunos: 'sunos', aix: 'aix',
}; // prettier-ignore
const CPU = {
  arm64: 'arm64', aarch64: 'arm64', x64: 'x64', x86_64: 'x64', arm: 'arm', ia32: 'ia32', ppc64: 'ppc64', ppc64le: 'ppc64',
  ppc64el: 'ppc64', s390x: 's390x', loong64: 'loong64', riscv64: 'riscv64', riscv32: 'riscv32', mips64el: 'mips64el',
}; // prettier-ignore

const file = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const entries = lock.packages;

/** Node's own lookup: from the dependent's folder upwards. */
function isLocked(dependent, name) {
  for (let folder = dependent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (entries[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (!folder) return false;
  }
}

let added = 0;
for (const [dependent, entry] of Object.entries({ ...entries })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(dependent, name)) continue;
    const words = name.split(/[/@-]/);
    const os = words.map((word) => OS[word]).find(Boolean);
    const cpu = words.map((word) => CPU[word]).find(Boolean);
    const version = range.replace(/^[~^]/, '');
    if (!os || !/^\d/.test(version)) {
      console.warn(
        `left out: ${name}@${range}, wanted by ${dependent || 'the project'}: its platform is not in its name`,
      );
      continue;
    }
    entries[`node_modules/${name}`] = {
      version,
      ...(cpu && { cpu: [cpu] }),
      license: 'UNKNOWN',
      optional: true,
      os: [os],
    };
    added += 1;
  }
}

lock.packages = Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${file}: ${added} platform entries added`);
