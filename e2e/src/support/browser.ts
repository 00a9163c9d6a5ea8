import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { silence, writeWav } from './audio';

const RATE_HZ = 16_000;
/** Browser, services and simulators share one busy machine: a limit for hangs, not a measure of speed. */
const PATIENCE_MS = 60_000;
const screens = resolve(import.meta.dirname, '../../../.parley/screens');

/** A real Chromium whose microphone plays a recording, over and over; `flags` are more of its own. */
export async function openBrowser(
  recording: Int16Array = silence(5_000, RATE_HZ),
  flags: readonly string[] = [],
): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium';
  const file = join(mkdtempSync(join(tmpdir(), 'parley-wav-')), 'microphone.wav');
  writeWav(file, recording, RATE_HZ);
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${file}`,
      '--autoplay-policy=no-user-gesture-required',
      ...flags,
    ],
  });
}

/** A person's browser window, with everything the page logs as an error kept. */
export async function openPage(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; context: BrowserContext; errors: string[] }> {
  const context = await browser.newContext({
    permissions: ['microphone'],
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(tapAudio);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { page, context, errors };
}

export async function signIn(page: Page, url: string, user: string): Promise<void> {
  await page.goto(url);
  await page.getByTestId('sign-in').click();
  await page.getByRole('button', { name: new RegExp(user, 'i') }).click();
  await page.getByTestId('user-name').waitFor();
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: join(screens, `${name}.png`) });
}

/** What the tap in the page has noted. Times are of the page's clock, in milliseconds. */
export interface AudioNotes {
  /** What went to the loudspeaker: start time, loudest sample, the samples. */
  played: { at: number; peak: number; rateHz: number; samples: number[] }[];
  /** Binary frames that were sent, with their loudest sample. */
  sent: { at: number; peak: number }[];
  /** When a frame of the answer's audio came. */
  received: number[];
  /** When a frame said that the answer was interrupted. */
  interruptedAt: number[];
}

/** The same without the samples, of which a long call has too many to hand over. */
export interface AudioTimes extends Omit<AudioNotes, 'played'> {
  played: Omit<AudioNotes['played'][number], 'samples'>[];
}

export const audioNotes = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { audioNotes: AudioNotes }).audioNotes);

export const audioTimes = (page: Page): Promise<AudioTimes> =>
  page.evaluate(() => {
    const { played, ...rest } = (globalThis as unknown as { audioNotes: AudioNotes }).audioNotes;
    return { ...rest, played: played.map(({ at, peak, rateHz }) => ({ at, peak, rateHz })) };
  });

/** Chromium has it; TypeScript's library does not, since it is no standard outside workers. */
declare const MediaStreamTrackProcessor: new (options: {
  track: MediaStreamTrack | undefined;
  maxBufferSize: number;
}) => {
  readable: ReadableStream<AudioData> & AsyncIterable<AudioData>;
};

/** Runs in the page before its own code: listens to what is really played, and notes when frames come and go. */
function tapAudio() {
  const notes: AudioNotes = { played: [], sent: [], received: [], interruptedAt: [] };
  (globalThis as unknown as { audioNotes: AudioNotes }).audioNotes = notes;

  const noteAll = async (blocks: AsyncIterable<AudioData>) => {
    for await (const block of blocks) {
      const samples = new Float32Array(block.numberOfFrames);
      block.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      const played = { at: performance.now(), peak, rateHz: block.sampleRate };
      notes.played.push({ ...played, samples: peak > 0 ? Array.from(samples) : [] });
      block.close();
    }
  };
  const tapped = new WeakSet<AudioNode>();
  const connect = AudioNode.prototype.connect as (...args: unknown[]) => AudioNode;
  AudioNode.prototype.connect = function (this: AudioNode, target: AudioNode, ...rest: unknown[]) {
    if (target instanceof AudioDestinationNode && !tapped.has(this)) {
      tapped.add(this);
      // A script processor would lose what is played while the page's own thread is busy: this one queues it.
      const tap = (this.context as AudioContext).createMediaStreamDestination();
      connect.call(this, tap);
      const [track] = tap.stream.getAudioTracks();
      void noteAll(new MediaStreamTrackProcessor({ track, maxBufferSize: 10_000 }).readable);
    }
    return connect.call(this, target, ...rest);
  } as never;

  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (this: WebSocket, data: string | ArrayBufferLike | ArrayBufferView) {
    if (typeof data !== 'string') {
      const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data as ArrayBuffer);
      const samples = new Int16Array(view.buffer, view.byteOffset, Math.floor(view.byteLength / 2));
      notes.sent.push({
        at: performance.now(),
        peak: samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
      });
    }
    send.call(this, data as string);
  } as never;
  const Native = WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string') notes.received.push(performance.now());
        else if (data.includes('"INTERRUPTED"')) notes.interruptedAt.push(performance.now());
      });
    }
  };
}
