// `npm run preview -- <environment>`: what `up` would change. Not run against an AWS account.
import { runPulumi } from './pulumi.mjs';

runPulumi('preview', { builds: true });
