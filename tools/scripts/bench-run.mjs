// Runs one built bench and sends its tables to its parent.
import { pathToFileURL } from 'node:url';
import { measure } from './bench-rounds.mjs';

const { default: open } = await import(pathToFileURL(process.argv[2]).href);
const { tables, close } = await open();
const measured = [];
for (const table of tables) measured.push(await measure(table));
await close?.();
process.send(measured, () => process.exit(0));
