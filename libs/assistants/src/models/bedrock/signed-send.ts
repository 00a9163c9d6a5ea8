import { RequestSigner, type AwsCredentials } from '@parley/conversations';
import { send } from '../provider-request';

/**
 * `send` for Bedrock, which signs what it is given. The package's own signature takes a millisecond and a dozen turns of the
 * event loop, as it derives the key of the day for each request anew.
 *
 * @param credentials asked for at each request
 */
export function signedSend(region: string, credentials: () => Promise<AwsCredentials>): typeof send {
  const signer = new RequestSigner('bedrock', region);
  return async (request) => {
    const { url, headers, body } = request;
    const { host, pathname } = url;
    const unsigned = {
      host,
      path: escaped(pathname),
      headers: { 'content-type': headers['content-type'] ?? '' },
      body,
    };
    const signed = signer.sign(unsigned, await credentials(), Date.now());
    return send({ ...request, headers: { ...headers, ...signed } });
  };
}

/** As every service of AWS but S3 has it signed: what is escaped in a path is escaped once more. */
const escaped = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
