import { SecretUnreadable } from './secret-source';

export type ParsedReference =
  | { kind: 'secret'; id: string; region: string; key?: string; stage?: string; version?: string }
  | { kind: 'parameter'; id: string; region: string };

// arn:aws:secretsmanager:<region>:<account>:secret:<name>[:<key>:<stage>:<version>], the parts behind the name may be empty.
const SECRET = /^(arn:aws[\w-]*:secretsmanager:([\w-]+):\d{12}:secret:[^:]+)(?::([^:]*):([^:]*):([^:]*))?$/;
const PARAMETER = /^arn:aws[\w-]*:ssm:([\w-]+):\d{12}:parameter\/.+$/;

/**
 * Takes a reference apart, as ECS does with its `valueFrom`.
 *
 * @throws SecretUnreadable for anything that is no ARN of a secret or a parameter
 */
export function parseReference(reference: string): ParsedReference {
  const parameter = PARAMETER.exec(reference);
  if (parameter) return { kind: 'parameter', id: reference, region: parameter[1]! };
  const secret = SECRET.exec(reference);
  if (!secret) throw new SecretUnreadable('it is no ARN of a secret or a parameter');
  const [, id, region, key, stage, version] = secret;
  return {
    kind: 'secret',
    id: id!,
    region: region!,
    ...(key ? { key } : {}),
    ...(stage ? { stage } : {}),
    ...(version ? { version } : {}),
  };
}
