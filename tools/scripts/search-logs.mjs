// Searches the logs that a whole test run captured for the credentials that it used. A file of the folder is one or the other.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** So many characters in a row tell a credential from chance; a key id or a digest alone may be in a log. */
const PIECE = 44;
/** What any credential of ours looks like, whoever made it: a JWT's beginning, a guest's session. */
const SHAPES = /eyJ[A-Za-z0-9_-]{20,}|g1\.g-[A-Za-z0-9_-]{8,}/;

/** Where a log holds a piece of a credential: readable findings that do not repeat it. */
export function searchLogs(folder) {
  const files = readdirSync(folder);
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const pieces = new Set();
  let credentials = 0;
  for (const name of files.filter((file) => file.startsWith('credentials-')))
    for (const credential of read(name).split('\n').filter(Boolean)) {
      credentials += 1;
      for (const run of runsOf(credential)) pieces.add(run.slice(0, PIECE)).add(run.slice(-PIECE));
    }
  const logs = files.filter((file) => file.startsWith('logs-'));
  const findings = [];
  let lines = 0;
  for (const name of logs)
    for (const [index, line] of read(name).split('\n').entries()) {
      lines += 1;
      if (SHAPES.test(line)) findings.push(`${name}:${index + 1}: what looks like a token or a guest's session`);
      else if (holdsPiece(line, pieces)) findings.push(`${name}:${index + 1}: a piece of a credential of this run`);
    }
  return { credentials, lines, findings };
}

const runsOf = (text) => text.match(new RegExp(`[A-Za-z0-9_-]{${PIECE},}`, 'g')) ?? [];

function holdsPiece(line, pieces) {
  return runsOf(line).some((run) => {
    for (let at = 0; at + PIECE <= run.length; at += 1) if (pieces.has(run.slice(at, at + PIECE))) return true;
    return false;
  });
}
