// `npm run up -- <environment>`: deploys an environment. Not run against an AWS account.
import { runPulumi } from './pulumi.mjs';

runPulumi('up', { builds: true });
