/**
 * Where the function carries the viewer's token: signing the origin request takes `Authorization` over. A service reads it
 * there when it is told `FORWARDED_AUTHORIZATION`.
 */
export const CARRIED_AUTHORIZATION = 'x-forwarded-authorization';
/** Where it carries the viewer's address, which CloudFront does not add for a Lambda origin. */
export const CARRIED_ADDRESS = 'x-parley-viewer-address';

/**
 * A CloudFront Function (viewer request, the function's behaviours). Both headers are always written or removed: what a
 * viewer sends under these names never arrives.
 */
export const carryAuthorizationCode = `function handler(event) {
  var request = event.request;
  var headers = request.headers;
  if (headers.authorization) headers['${CARRIED_AUTHORIZATION}'] = { value: headers.authorization.value };
  else delete headers['${CARRIED_AUTHORIZATION}'];
  headers['${CARRIED_ADDRESS}'] = { value: event.viewer.ip + ':0' };
  return request;
}
`;
