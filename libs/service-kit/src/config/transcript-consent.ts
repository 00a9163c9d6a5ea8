import { z } from 'zod';

/** What the services that keep transcripts, or tell people of it, read alike: `assume` when left out. */
export const transcriptConsent = () =>
  z
    .enum(['ask', 'assume'])
    .default('assume')
    .describe('ask: what is said in calls is written down only of who consented; assume: of everybody');
