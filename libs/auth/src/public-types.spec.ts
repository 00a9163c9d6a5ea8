import { join } from 'node:path';
import ts from 'typescript';

const library = join(import.meta.dirname, '..');

/** The packages whose types stand in what who uses the library gets to see: the declarations of its index and behind it. */
function packagesInTypes(): Set<string> {
  const { config } = ts.readConfigFile(join(library, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, library);
  const emits = { noEmit: false, declaration: true, emitDeclarationOnly: true, noCheck: true };
  const packages = new Set<string>();
  ts.createProgram([join(library, 'src/index.ts')], { ...options, ...emits }).emit(undefined, (_file, text) => {
    for (const { fileName } of ts.preProcessFile(text).importedFiles)
      if (!fileName.startsWith('.')) packages.add(fileName);
  });
  return packages;
}

it('no passport type leaves the library, nor one of what passport-jwt verifies with', () => {
  const packages = [...packagesInTypes()];
  expect(packages).toContain('@nestjs/common');
  expect(packages.filter((name) => /passport|jsonwebtoken|jwks-rsa|jws|jose/.test(name))).toEqual([]);
});
