// `npm run destroy -- <environment>`: takes an environment down; in dev it leaves nothing behind. Not run against an AWS account.
import { runPulumi } from './pulumi.mjs';

runPulumi('destroy', { builds: false });
