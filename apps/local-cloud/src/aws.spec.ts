import { chooseAws } from './aws';

const SIMULATORS = { bedrock: 'http://127.0.0.1:4202', dynamodb: 'http://127.0.0.1:4203' };
const PERSON = { AWS_PROFILE: 'work', AWS_REGION: 'eu-north-1', AWS_ENDPOINT_URL: 'http://other', HOME: '/home/p' };

it('simulates everything, with dummy credentials and none of the person’s, when nothing is set', () => {
  expect(chooseAws(PERSON, SIMULATORS)).toEqual({
    simulatesModels: true,
    simulatesKnowledge: true,
    region: 'us-east-1',
    environment: {
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:4202',
      AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: 'http://127.0.0.1:4202',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:4203',
    },
  });
});

it('uses AWS’s own endpoint and the person’s credentials and region when the endpoint is set and empty', () => {
  const choice = chooseAws({ ...PERSON, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: '' }, SIMULATORS);
  expect(choice).toEqual({
    simulatesModels: false,
    simulatesKnowledge: true,
    region: 'eu-north-1',
    environment: {
      AWS_PROFILE: 'work',
      AWS_REGION: 'eu-north-1',
      AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: 'http://127.0.0.1:4202',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:4203',
    },
  });
});

it('uses an endpoint that the person names', () => {
  const { environment, simulatesKnowledge } = chooseAws(
    { AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: 'https://vpce.example', AWS_ACCESS_KEY_ID: 'mine' },
    SIMULATORS,
  );
  expect(simulatesKnowledge).toBe(false);
  expect(environment).toMatchObject({
    AWS_ACCESS_KEY_ID: 'mine',
    AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: 'https://vpce.example',
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:4202',
  });
});

it('never sends what is to be stored to anything but the local database', () => {
  const env = { AWS_ENDPOINT_URL_DYNAMODB: 'https://dynamodb.example', AWS_ENDPOINT_URL_BEDROCK_RUNTIME: '' };
  expect(chooseAws(env, SIMULATORS).environment['AWS_ENDPOINT_URL_DYNAMODB']).toBe('http://127.0.0.1:4203');
});
