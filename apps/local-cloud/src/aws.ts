type Environment = Readonly<Record<string, string | undefined>>;

/** Which of Bedrock's two APIs are simulated, and what services need in their environment to reach either kind. */
export interface AwsChoice {
  /** The models: `AWS_ENDPOINT_URL_BEDROCK_RUNTIME` is not set. */
  simulatesModels: boolean;
  /** The knowledge base: `AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME` is not set. */
  simulatesKnowledge: boolean;
  region: string;
  environment: Record<string, string>;
}

const MODELS = 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME';
const KNOWLEDGE = 'AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME';

/** Where the local simulators listen. */
export interface SimulatorEndpoints {
  bedrock: string;
  dynamodb: string;
}

/**
 * An endpoint that the person has set is used as it is; set but empty means AWS's own. Then, and only then, the person's
 * AWS variables (credentials, profile, region) reach the services.
 */
export function chooseAws(env: Environment, simulators: SimulatorEndpoints): AwsChoice {
  const [simulatesModels, simulatesKnowledge] = [env[MODELS] === undefined, env[KNOWLEDGE] === undefined];
  const usesAws = !simulatesModels || !simulatesKnowledge;
  const endpoints = {
    [MODELS]: env[MODELS] ?? simulators.bedrock,
    [KNOWLEDGE]: env[KNOWLEDGE] ?? simulators.bedrock,
    AWS_ENDPOINT_URL_DYNAMODB: simulators.dynamodb,
  };
  return {
    simulatesModels,
    simulatesKnowledge,
    region: (usesAws && (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'])) || 'us-east-1',
    environment: withoutEmpty({
      ...(usesAws ? ownAwsVariables(env) : { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }),
      ...endpoints,
    }),
  };
}

function ownAwsVariables(env: Environment): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith('AWS_') && !name.startsWith('AWS_ENDPOINT_URL')),
  );
}

const withoutEmpty = (values: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
