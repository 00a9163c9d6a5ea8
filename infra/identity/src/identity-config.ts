import { z } from 'zod';

const page = z.string().regex(/^(https:\/\/[^/\s]+|http:\/\/localhost(:\d+)?)$/, 'https://<host>, or http://localhost');
const list = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

const schema = z.strictObject({
  siteUrl: z.string().default('http://localhost:4200').transform(list).pipe(z.array(page).min(1)),
  domainPrefix: z.string().regex(/^(?!.*(aws|amazon|cognito))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
  mfa: z.enum(['OFF', 'OPTIONAL', 'ON']).default('OPTIONAL'),
  groups: z.string().default('admins').transform(list),
  googleClientId: z.string().min(1).optional(),
  googleClientSecret: z.string().min(1).optional(),
  protect: z.enum(['true', 'false']).optional(),
  owner: z.string().min(1).default('platform'),
  costCentre: z.string().min(1).default('parley'),
});
export type IdentityStackConfig = z.output<typeof schema>;

/**
 * The configuration of the user pool's stack.
 *
 * @throws Error with all faults at once, by key
 */
export function readIdentityConfig(environment: string, all: Readonly<Record<string, string>>): IdentityStackConfig {
  const prefix = 'parley-identity:';
  const given = Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
  );
  const result = schema.safeParse(given);
  const faults = result.success ? [] : z.prettifyError(result.error).split('\n');
  if ((given['googleClientId'] === undefined) !== (given['googleClientSecret'] === undefined))
    faults.push('googleClientId and googleClientSecret come together or not at all');
  if (result.success && faults.length === 0) return result.data;
  throw new Error(`infra/identity/Pulumi.${environment}.yaml is not right:\n${faults.join('\n')}`);
}
