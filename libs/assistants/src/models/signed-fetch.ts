import { RequestSigner, type AwsCredentials } from '@parley/conversations';
import { providerFetch } from './provider-fetch';

/**
 * `fetch` for the Bedrock package, which signs what it is given. The package's own signature takes a millisecond and a dozen
 * turns of the event loop, as it derives the key of the day for each request anew.
 *
 * @param credentials asked for at each request
 */
export function signedFetch(region: string, credentials: () => Promise<AwsCredentials>): typeof fetch {
  const signer = new RequestSigner('bedrock', region);
  return async (input, init = {}) => {
    const { headers, body } = init;
    if (input instanceof Request || typeof body !== 'string') throw new TypeError('only a text can be signed');
    const { host, pathname } = new URL(input);
    const given = Object.fromEntries(new Headers(headers));
    const signed = signer.sign(
      { host, path: escaped(pathname), headers: { 'content-type': given['content-type'] ?? '' }, body },
      await credentials(),
      Date.now(),
    );
    return providerFetch(input, { ...init, headers: { ...given, ...signed } });
  };
}

/** As every service of AWS but S3 has it signed: what is escaped in a path is escaped once more. */
const escaped = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
