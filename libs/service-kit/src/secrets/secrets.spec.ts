import { startSecretStandIn } from '../testing/secret-stand-in';
import { awsSecrets } from './aws-secrets';
import { CachedSecrets } from './cached-secrets';

const SECRET = 'arn:aws:secretsmanager:eu-north-1:123456789012:secret:parley-key-AbCdEf';
const PARAMETER = 'arn:aws:ssm:eu-north-1:123456789012:parameter/parley/key';

let standIn: Awaited<ReturnType<typeof startSecretStandIn>>;
const secrets = new Map<string, string>();
const before = { ...process.env };
beforeEach(async () => {
  secrets.clear();
  standIn = await startSecretStandIn(secrets);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: standIn.url,
    AWS_ENDPOINT_URL_SSM: standIn.url,
  });
});
afterEach(() => standIn.close());
afterAll(() => {
  process.env = before;
});

describe('a secret of AWS', () => {
  it('is read by the ARN of a secret or of a parameter', async () => {
    secrets.set(SECRET, 'of the manager').set(PARAMETER, 'of the store');
    const source = awsSecrets();
    expect(await source.read(SECRET)).toBe('of the manager');
    expect(await source.read(PARAMETER)).toBe('of the store');
    expect(standIn.asked).toEqual([
      { target: 'secretsmanager.GetSecretValue', body: { SecretId: SECRET } },
      { target: 'AmazonSSM.GetParameter', body: { Name: PARAMETER, WithDecryption: true } },
    ]);
  });

  it('is read by field and by version, as ECS writes it', async () => {
    secrets.set(SECRET, '{"current":"this one","previous":"that one","number":1}');
    const source = awsSecrets();
    expect(await source.read(`${SECRET}:current::`)).toBe('this one');
    expect(await source.read(`${SECRET}:previous:AWSCURRENT:v7`)).toBe('that one');
    expect(standIn.asked.at(-1)!.body).toEqual({ SecretId: SECRET, VersionStage: 'AWSCURRENT', VersionId: 'v7' });
    for (const field of ['number', 'missing'])
      await expect(source.read(`${SECRET}:${field}::`)).rejects.toThrow('lacks the field that the reference names');
  });

  it.each(['', 'hunter2', 'arn:aws:s3:::bucket', `${SECRET}:two:parts`])('is no reference: "%s"', async (reference) => {
    await expect(awsSecrets().read(reference)).rejects.toThrow('it is no ARN of a secret or a parameter');
    expect(standIn.asked).toEqual([]);
  });

  it('that cannot be read says why by a name, and nothing that AWS wrote', async () => {
    await expect(awsSecrets().read(SECRET)).rejects.toThrow('cannot be read: ResourceNotFoundException');
    await expect(awsSecrets().read(PARAMETER)).rejects.toThrow('cannot be read: ParameterNotFound');
    standIn.failWith('AccessDeniedException');
    const error = await awsSecrets()
      .read(SECRET)
      .catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ message: 'A secret cannot be read: AccessDeniedException' });
    expect((error as Error).cause).toBeUndefined();
    standIn.failWith(undefined);
    secrets.set(SECRET, 'hunter2, no JSON');
    await expect(awsSecrets().read(`${SECRET}:field::`)).rejects.toThrow('it is not JSON and has no fields');
  });
});

describe('a secret that is kept', () => {
  let nowMs = 0;
  const kept = () => new CachedSecrets(awsSecrets(), { freshMs: 1_000, pauseMs: 100, now: () => nowMs });
  beforeEach(() => {
    nowMs = 0;
    secrets.set(SECRET, 'old');
  });

  it('is read once while it is fresh, also by many at a time', async () => {
    const source = kept();
    expect(await Promise.all([1, 2, 3].map(() => source.read(SECRET)))).toEqual(['old', 'old', 'old']);
    secrets.set(SECRET, 'new');
    nowMs = 999;
    expect(await source.read(SECRET)).toBe('old');
    expect(standIn.asked).toHaveLength(1);
  });

  it('follows a rotation without a restart', async () => {
    const source = kept();
    await source.read(SECRET);
    secrets.set(SECRET, 'new');
    nowMs = 1_000;
    expect(await source.read(SECRET)).toBe('new');
  });

  it('is read again at once for who was refused with it, but not at every refusal', async () => {
    const source = kept();
    await source.read(SECRET);
    secrets.set(SECRET, 'new');
    nowMs = 99;
    expect(await source.renew(SECRET)).toBe('old');
    nowMs = 100;
    expect(await source.renew(SECRET)).toBe('new');
    expect(await source.renew(SECRET)).toBe('new');
    expect(standIn.asked).toHaveLength(2);
  });

  it('is used on while the source is down, which is then left alone for a while', async () => {
    const source = kept();
    await source.read(SECRET);
    standIn.failWith('AccessDeniedException');
    nowMs = 1_000;
    expect(await source.read(SECRET)).toBe('old');
    nowMs = 1_050;
    expect(await source.read(SECRET)).toBe('old');
    expect(standIn.asked).toHaveLength(2);
    standIn.failWith(undefined);
    secrets.set(SECRET, 'new');
    nowMs = 1_100;
    expect(await source.read(SECRET)).toBe('new');
  });

  it('that was never read is a failure for everybody, and is tried again', async () => {
    standIn.failWith('AccessDeniedException');
    const source = kept();
    await expect(source.read(SECRET)).rejects.toThrow('AccessDeniedException');
    standIn.failWith(undefined);
    expect(await source.read(SECRET)).toBe('old');
  });
});
