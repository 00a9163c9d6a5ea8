import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPulumi, HOW_TO_GET_PULUMI, parseArguments } from './pulumi.mjs';

const home = mkdtempSync(join(tmpdir(), 'parley-pulumi-'));
afterAll(() => rmSync(home, { recursive: true }));
const command = join(home, '.pulumi/bin/pulumi');

it('finds Pulumi where it is told, on the path, and where its installer puts it', () => {
  expect(findPulumi({ HOME: home, PATH: '' })).toBeUndefined();
  mkdirSync(join(command, '..'), { recursive: true });
  writeFileSync(command, '#!/bin/sh\n');
  chmodSync(command, 0o755);
  expect(findPulumi({ HOME: home, PATH: '' })).toBe(command);
  expect(findPulumi({ HOME: '/nowhere', PATH: join(command, '..') })).toBe(command);
  expect(findPulumi({ PULUMI_PATH: command })).toBe(command);
  expect(findPulumi({ HOME: home, PULUMI_PATH: '/nowhere' })).toBeUndefined();
});

it('says in one line how to get it', () => {
  expect(HOW_TO_GET_PULUMI).toMatch(/^[^\n]*get\.pulumi\.com[^\n]*3\.270\.0[^\n]*$/);
});

it('wants an environment that has a file, and hands the rest on', () => {
  const root = join(import.meta.dirname, '../..');
  expect(parseArguments(['dev', '--diff'], root)).toEqual({ environment: 'dev', rest: ['--diff'] });
  for (const args of [[], ['--diff'], ['nowhere'], ['../dev']])
    expect(() => parseArguments(args, root)).toThrow('Say which environment');
});
