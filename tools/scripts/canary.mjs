// `npm run --silent canary -- --url https://parley.example.com`: makes one short call as a caller would, from outside, and tells
// whether it was answered. Exit code 0 or 1; the token comes in PARLEY_TOKEN, or by --token (which others on the machine see).
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';

const SAY = 'Hello, can you hear me?';
const TIMEOUT_MS = 30_000;

/** Where calls are made, of the address of a page: https becomes wss. Throws for what is no address. */
export function callAddress(url) {
  const address = new URL('/ws/voice', url);
  if (!/^(http|ws)s?:$/.test(address.protocol)) throw new Error(`--url wants an http or ws address`);
  address.protocol = address.protocol.replace('http', 'ws');
  return address.href;
}

/**
 * One call: connect, begin, type a sentence, wait for audio and for the answer's FINAL text, hang up.
 *
 * @returns `{good, reason, firstAudioMs?, answerMs?}`: times count from the sentence; the reason is for people and holds
 *   neither the token nor what was said
 */
export function makeCall({ url, token, say = SAY, timeoutMs = TIMEOUT_MS }) {
  return new Promise((resolve) => {
    const socket = new WebSocket(callAddress(url), ['parley.v1', `bearer.${token}`]);
    socket.binaryType = 'arraybuffer';
    const times = {};
    let doing = 'connecting';
    let saidAt;
    const since = () => Math.round(performance.now() - saidAt);
    const end = (good, reason) => {
      clearTimeout(timer);
      socket.close(1000);
      resolve({ good, reason, ...times });
    };
    const timer = setTimeout(() => end(false, `nothing for ${timeoutMs} ms while ${doing}`), timeoutMs);
    const send = (event) => socket.send(JSON.stringify({ event }));
    const hangUpWhenAnswered = () => {
      if (doing !== 'waiting for the answer' || times.firstAudioMs === undefined || times.answerMs === undefined)
        return;
      doing = 'hanging up';
      send({ callEnd: {} });
    };
    const hear = {
      callReady() {
        doing = 'waiting for the answer';
        saidAt = performance.now();
        send({ textInput: { content: say } });
      },
      textOutput({ role, seq }) {
        // FINAL text alone has its place in the log.
        if (role !== 'ASSISTANT' || seq === undefined) return;
        times.answerMs ??= since();
        hangUpWhenAnswered();
      },
      callEnded({ reason }) {
        if (doing === 'hanging up') end(true, 'answered');
        else end(false, `the call ended while ${doing}: ${reason}`);
      },
      error: ({ code, message }) => end(false, `${code} while ${doing}: ${message}`),
    };
    socket.addEventListener('open', () => {
      doing = 'starting the call';
      send({ callStart: {} });
    });
    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') {
        if (saidAt !== undefined) times.firstAudioMs ??= since();
        return hangUpWhenAnswered();
      }
      const [[name, body]] = Object.entries(JSON.parse(data).event);
      hear[name]?.(body);
    });
    // After what ended the call this changes nothing: a promise is settled once.
    socket.addEventListener('close', ({ code, reason }) => end(false, `closed ${code} while ${doing}: ${reason}`));
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      say: { type: 'string' },
      'timeout-ms': { type: 'string' },
    },
  });
  const { PARLEY_URL, PARLEY_TOKEN } = process.env;
  const { url = PARLEY_URL, token = PARLEY_TOKEN, say } = values;
  const timeoutMs = Number(values['timeout-ms'] ?? TIMEOUT_MS);
  if (!url || !token || !(timeoutMs > 0))
    throw new Error(
      'Which page, and who calls? PARLEY_TOKEN=… npm run --silent canary -- --url https://… [--say TEXT] [--timeout-ms N]',
    );
  const { good, reason, firstAudioMs, answerMs } = await makeCall({ url, token, timeoutMs, ...(say ? { say } : {}) });
  const times = `first audio ${firstAudioMs ?? '-'} ms, answer's text ${answerMs ?? '-'} ms`;
  (good ? console.log : console.error)(`${good ? 'good' : 'FAILED'}: ${reason}; ${times}`);
  return good ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  main().then(
    // A peer that went silent would hold the process by its half-closed socket.
    (code) => process.exit(code),
    ({ message }) => {
      console.error(message);
      process.exit(1);
    },
  );
