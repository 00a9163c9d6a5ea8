import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDescriptor } from '@parley/descriptor';
import { secretNames } from '@parley/service-kit';
import { chatConfigSchema } from './config';

it('reads exactly the variables that service.json lists, wants those that it calls required, and knows which are secret', () => {
  const file = resolve(import.meta.dirname, '../service.json');
  const { environment } = parseDescriptor(JSON.parse(readFileSync(file, 'utf8')), file);
  expect(environment.map(({ name }) => name).sort()).toEqual(Object.keys(chatConfigSchema.shape).sort());
  expect(
    environment
      .filter(({ secret }) => secret)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(secretNames(chatConfigSchema).sort());
  const provided = environment.filter(({ required, value }) => required || value !== undefined).map(({ name }) => name);
  const result = chatConfigSchema.safeParse({});
  const wanted = result.error!.issues.map(({ path }) => String(path[0]));
  expect(provided).toEqual(expect.arrayContaining(wanted));
});
