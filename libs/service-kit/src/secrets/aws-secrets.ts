import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { parseReference, type ParsedReference } from './reference';
import { SecretUnreadable, type SecretSource } from './secret-source';

/** A start or a renewal waits this long for one attempt; the SDK makes three. */
const TIMEOUT_MS = 5_000;
const CLIENT = { requestHandler: { requestTimeout: TIMEOUT_MS, connectionTimeout: TIMEOUT_MS } };

/**
 * Secrets of Secrets Manager and of SSM's parameter store, each from the region in its ARN. The SDKs are loaded with the
 * first reference, so a service whose platform hands secrets over itself does not pay for them.
 */
export function awsSecrets(): SecretSource {
  const managers = new Map<string, SecretsManagerClient>();
  const stores = new Map<string, SSMClient>();

  const fromManager = async ({ id, region, key, stage, version }: ParsedReference & { kind: 'secret' }) => {
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    const client = kept(managers, region, () => new SecretsManagerClient({ region, ...CLIENT }));
    const { SecretString: text } = await client.send(
      new GetSecretValueCommand({
        SecretId: id,
        ...(stage === undefined ? {} : { VersionStage: stage }),
        ...(version === undefined ? {} : { VersionId: version }),
      }),
    );
    return key === undefined || text === undefined ? text : fieldOf(text, key);
  };
  const fromStore = async ({ id, region }: ParsedReference & { kind: 'parameter' }) => {
    const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
    const client = kept(stores, region, () => new SSMClient({ region, ...CLIENT }));
    const { Parameter } = await client.send(new GetParameterCommand({ Name: id, WithDecryption: true }));
    return Parameter?.Value;
  };

  return {
    async read(reference) {
      const parsed = parseReference(reference);
      let text: string | undefined;
      try {
        text = parsed.kind === 'secret' ? await fromManager(parsed) : await fromStore(parsed);
      } catch (cause) {
        if (cause instanceof SecretUnreadable) throw cause;
        // The SDK's message may quote what it got; its name says enough.
        throw new SecretUnreadable(cause instanceof Error ? cause.name : 'unknown');
      }
      if (text === undefined || text === '') throw new SecretUnreadable('it has no text');
      return text;
    },
  };
}

function kept<T>(clients: Map<string, T>, region: string, make: () => T): T {
  const client = clients.get(region) ?? make();
  clients.set(region, client);
  return client;
}

/** One field of a secret that is a JSON object. */
function fieldOf(text: string, key: string): string {
  let value: unknown;
  try {
    value = (JSON.parse(text) as Record<string, unknown> | null)?.[key];
  } catch {
    throw new SecretUnreadable('it is not JSON and has no fields');
  }
  if (typeof value !== 'string') throw new SecretUnreadable('it lacks the field that the reference names');
  return value;
}
