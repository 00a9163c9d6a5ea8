import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const PAGE = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>A shop</title><main><h1>Garden chair</h1><p>Oak, 120 euros.</p><button>Buy</button></main>`;
const SCRIPT = `document.querySelector('parley-widget').context = () => ({ product: { id: 'chair', name: 'Garden chair' } });`;

/**
 * A plain page of somebody else: another host name and port than the stack's, the one script tag, and a content security
 * policy that allows what the README says and nothing else. It isolates itself, too, so that only what lets itself be
 * embedded can be loaded.
 */
export async function startShop() {
  let parley = '';
  const server = createServer((request, response) => {
    const isScript = request.url === '/shop.js';
    response.writeHead(200, {
      'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8',
      'cross-origin-embedder-policy': 'require-corp',
      'content-security-policy': [
        "default-src 'none'",
        `script-src 'self' ${parley}`,
        `connect-src ${parley} ${parley.replace('http', 'ws')}`,
      ].join('; '),
    });
    const tags = `<parley-widget></parley-widget><script src="${parley}/widget.js" async></script><script src="/shop.js"></script>`;
    response.end(isScript ? SCRIPT : PAGE + tags);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Where its page has the script from. */
    showWidgetOf: (url: string) => void (parley = url),
    close: () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}
