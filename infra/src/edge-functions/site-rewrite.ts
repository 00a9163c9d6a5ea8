/**
 * A CloudFront Function (viewer request, default behaviour): a path without an extension is a view of the page, and the
 * page is one document. Custom error responses would do the same to the errors of the services, so they are not used.
 */
export const siteRewriteCode = `function handler(event) {
  var request = event.request;
  var last = request.uri.substring(request.uri.lastIndexOf('/') + 1);
  if (last.indexOf('.') === -1) request.uri = '/index.html';
  return request;
}
`;
