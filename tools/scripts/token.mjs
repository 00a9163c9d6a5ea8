// `npm run --silent token -- alice [--expires 60s] [--id]`: prints an access token for a demo user of the running local stack.
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { expires: { type: 'string' }, id: { type: 'boolean', default: false } },
});
const [user] = positionals;
if (!user) stop('Whose token? npm run --silent token -- alice [--expires 60s] [--id]');

const units = { s: 1_000, m: 60_000, h: 3_600_000 };
const [, amount, unit] =
  /^(\d+)(s|m|h)$/.exec(values.expires ?? '60m') ?? stop('--expires wants a time such as 60s, 10m or 1h');
const issuer = `http://127.0.0.1:${Number(process.env.PORT ?? 4200) + 1}`;

try {
  const response = await fetch(`${issuer}/_sim/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, use: values.id ? 'id' : 'access', expiresInMs: Number(amount) * units[unit] }),
  });
  if (!response.ok) stop(`The local issuer knows no user "${user}": ${(await response.text()).trim()}`);
  const { token } = await response.json();
  console.log(token);
} catch {
  stop(`The local stack does not answer at ${issuer}. Start it with \`npm start\` (and the same PORT).`);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
