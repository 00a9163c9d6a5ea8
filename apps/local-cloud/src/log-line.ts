/** How a service's line is shown. */
export interface LineStyle {
  service: string;
  /** Width of the column of names. */
  width: number;
  /** Index of the service's colour; undefined for no colours at all. */
  colour?: number | undefined;
}

type Json = Record<string, unknown>;

const LEVELS: Record<string, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const COLOURS = [36, 35, 34, 32, 33];
const LEVEL_COLOURS: Record<string, number> = { WARN: 33, ERROR: 31, FATAL: 31 };

/** Told by the columns already, or of no use to a person. */
const NOT_SHOWN = new Set(['level', 'time', 'msg', 'service', 'name', 'pid', 'hostname', 'v', 'err', 'req', 'res']);

/**
 * One line of a service's log for people: `service  hh:mm:ss  LEVEL message key=value`, an error's stack indented below. A
 * line that is not a JSON object passes through as it is.
 */
export function formatLine(line: string, style: LineStyle): string {
  const paint = (code: number | undefined, text: string) =>
    style.colour === undefined || code === undefined ? text : `\u001b[${code}m${text}\u001b[39m`;
  const name = paint(COLOURS[(style.colour ?? 0) % COLOURS.length], style.service.padEnd(style.width));
  const entry = parseObject(line);
  if (!entry) return `${name}  ${line}`;

  const level = String(LEVELS[String(entry['level'])] ?? entry['level'] ?? 'info').toUpperCase();
  const facts = Object.entries(entry)
    .filter(([key, value]) => !NOT_SHOWN.has(key) && value !== undefined)
    // The longest and least read of them goes to the end of the line.
    .sort(([a], [b]) => Number(a === 'requestId') - Number(b === 'requestId'))
    .map(([key, value]) => `${key}=${inWords(value)}`);
  const text = [String(entry['msg'] ?? ''), requestOf(entry), ...facts].filter((part) => part !== '').join(' ');
  const first = `${name}  ${timeOf(entry['time'])}  ${paint(LEVEL_COLOURS[level], level.padEnd(5))} ${text}`;
  return [first, ...errorLines(entry['err'])].join('\n');
}

function parseObject(line: string): Json | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}

/** `GET /api/x 200`, as services log a request. */
function requestOf({ req, res }: Json): string {
  const [asked, answered] = [(req ?? {}) as Json, (res ?? {}) as Json];
  return [asked['method'], asked['path'] ?? asked['url'], answered['status'] ?? answered['statusCode']]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** Local time of day; pino writes milliseconds or ISO 8601. */
function timeOf(time: unknown): string {
  const date = new Date(typeof time === 'number' || typeof time === 'string' ? time : NaN);
  if (Number.isNaN(date.getTime())) return '--:--:--';
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return /[\s"=]/.test(value) || value === '' ? JSON.stringify(value) : value;
  return JSON.stringify(value) ?? String(value);
}

function errorLines(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return error === undefined ? [] : [`    ${String(error)}`];
  const { stack, message, type } = error as Json;
  const text = typeof stack === 'string' ? stack : `${String(type ?? 'Error')}: ${String(message ?? '')}`;
  return text.split('\n').map((line) => `    ${line.trimEnd()}`);
}
