import { z } from 'zod';

const url = z.url({ protocol: /^https$/ }).transform((text) => text.replace(/\/$/, ''));

/** What the stack must know of the user pool, whatever it comes from. */
const identitySchema = z.object({
  issuer: url,
  userPoolId: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d_[A-Za-z0-9]+$/, 'a user pool id such as eu-north-1_AbCdEfGhI'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region'),
  /** Of the login pages: `https://<prefix>.auth.<region>.amazoncognito.com` or a domain of one's own. */
  domain: url,
  spaClientId: z.string().min(1),
  /** A client with a secret, where the service exchanges codes with one; both or neither. */
  loginClientId: z.string().min(1).optional(),
  loginClientSecretArn: z
    .string()
    .regex(/^arn:aws:secretsmanager:/, 'the ARN of a secret')
    .optional(),
});
export type IdentityOutputs = z.output<typeof identitySchema>;
export const IDENTITY_OUTPUT_NAMES = Object.keys(identitySchema.shape);

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Checks what a source said of the user pool. Names may be as Pulumi writes them (`userPoolId`) or as Terraform does
 * (`user_pool_id`); other outputs are ignored.
 *
 * @param source named in the message
 * @throws Error with every fault at once; values are not shown
 */
export function parseIdentityOutputs(raw: Readonly<Record<string, unknown>>, source: string): IdentityOutputs {
  const given = Object.fromEntries(
    IDENTITY_OUTPUT_NAMES.map((name) => [name, raw[name] ?? raw[snake(name)] ?? undefined]),
  );
  const result = identitySchema.safeParse(given);
  const faults = result.success
    ? []
    : result.error.issues.map(({ path, message }) =>
        given[String(path[0])] === undefined ? `${path.join('.')} is missing` : `${path.join('.')}: ${message}`,
      );
  if ((given['loginClientId'] === undefined) !== (given['loginClientSecretArn'] === undefined))
    faults.push('loginClientId and loginClientSecretArn come together or not at all');
  if (result.success && faults.length === 0) return result.data;
  throw new Error(`${source} does not describe the user pool:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
}

/** The client that a page signs in with: a code is only good for the client that asked for it. */
export const signInClientId = ({ loginClientId, spaClientId }: IdentityOutputs): string => loginClientId ?? spaClientId;
