import {
  asClientError,
  consentToTranscripts,
  transcriptConsent,
  type ClientError,
  type TokenProvider,
  type TranscriptConsent,
} from '@parley/client';

/** What the visitor said about writing down what is said in calls: asked for before the first one. */
export class Consent {
  private known?: TranscriptConsent;
  private of?: TokenProvider;

  constructor(
    private readonly baseUrl: string,
    private readonly changed: (failure?: ClientError) => void,
  ) {}

  /** `open`: nothing was said yet; `needed`: and nothing is written down before it is. */
  get question(): 'none' | 'open' | 'needed' {
    if (this.known === undefined || this.known.transcripts !== undefined) return 'none';
    return this.known.asked ? 'needed' : 'open';
  }

  /** Asks once for each visitor; where that fails, the deployment's own rule counts and nothing is shown. */
  async load(tokenSource: TokenProvider): Promise<void> {
    if (this.of === tokenSource) return;
    this.of = tokenSource;
    this.known = undefined;
    const known = await transcriptConsent({ baseUrl: this.baseUrl, tokenSource }).catch(() => undefined);
    if (this.of !== tokenSource) return;
    this.known = known;
    this.changed();
  }

  /** Counts from the next call on. */
  async say(transcripts: boolean): Promise<void> {
    const { of: tokenSource, known } = this;
    if (tokenSource === undefined || known === undefined) return;
    try {
      await consentToTranscripts({ baseUrl: this.baseUrl, tokenSource }, transcripts);
      if (this.of === tokenSource) this.known = { ...known, transcripts };
      this.changed();
    } catch (thrown) {
      this.changed(asClientError(thrown));
    }
  }
}
