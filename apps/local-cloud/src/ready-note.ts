import { DEFAULT_PORT } from './settings';

export interface ReadyFacts {
  port: number;
  users: readonly { login: string; groups: readonly string[] }[];
  simulatesModels: boolean;
  /** Whether one was started here. */
  hasValkey: boolean;
  folder: string;
}

/** What a person needs to know when everything runs. The first line is what scripts wait for. */
export function readyNote({ port, users, simulatesModels, hasValkey, folder }: ReadyFacts): string {
  const names = users.map(({ login, groups }) => (groups.length === 0 ? login : `${login} (${groups.join(', ')})`));
  const token = `${port === DEFAULT_PORT ? '' : `PORT=${port} `}npm run --silent token -- ${users[0]?.login ?? ''}`;
  const answers = simulatesModels
    ? 'Voice and text answers are simulated: no model, no AWS account, no cost.'
    : 'Voice and text answers come from the models behind AWS_ENDPOINT_URL_BEDROCK_RUNTIME. Sign-in is simulated.';
  return [
    '',
    `Parley is ready: http://localhost:${port}`,
    '',
    `  Sign in as  ${names.join(', ')}; there is no password`,
    `  ${answers}`,
    `  A token     ${token}`,
    `  Simulators  sign-in ${port + 1}, models ${port + 2}, DynamoDB ${port + 3}${hasValkey ? `, Valkey ${port + 4}` : ''}; what can be made to fail: libs/aws-sim/README.md`,
    `  Data        ${folder}`,
    '  Stop        Ctrl-C',
    '',
  ].join('\n');
}
