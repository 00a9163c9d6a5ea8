import { cleanup, configure, render } from '@testing-library/react';
import { ChatClient, ClientError, TokenSource, type CallAudio, type PlaybackReport } from '@parley/client';
import { Page } from '../src/app/app';
import { ServicesProvider, type Services } from '../src/app/services';

// What is waited for comes from a real server, and pages load in parts: a limit for hangs, not for a busy machine.
configure({ asyncUtilTimeout: 10_000 });

export const silentReport: PlaybackReport = {
  phase: 'silent',
  playedMs: 0,
  queuedMs: 0,
  timesDry: 0,
  gaps: { count: 0, totalMs: 0, startMs: 150 },
  level: 0,
  isAudible: false,
};

/** Ends of a call that hear and play nothing. */
export const silentAudio = (): CallAudio => ({
  start: () => Promise.resolve(),
  useMicrophone: () => Promise.resolve(),
  useSpeaker: () => Promise.resolve(),
  onDevicesChanged: () => undefined,
  on: () => () => undefined,
  setMuted: () => undefined,
  report: { get: () => silentReport, subscribe: () => () => undefined },
  play: () => undefined,
  flush: () => Promise.resolve({ droppedMs: 0 }),
  stop: () => undefined,
});

export const refusedAudio = (): CallAudio => ({
  ...silentAudio(),
  start: () =>
    Promise.reject(
      new ClientError({ code: 'microphone_refused', kind: 'denied', message: 'The microphone is not allowed.' }),
    ),
});

let opened: TokenSource | undefined;

/**
 * The page at `path`, on the services at `baseUrl`. `machine`: its calls take the microphone and loudspeaker of the browser.
 * Answers with the addresses it left for.
 */
export function renderPage(baseUrl: string, path = '/', audio: (() => CallAudio) | 'machine' = silentAudio) {
  history.replaceState(null, '', path);
  const left: string[] = [];
  const session = new TokenSource({
    domain: 'https://sign-in.example',
    clientId: 'spa',
    baseUrl,
    navigate: (url) => void left.push(url),
  });
  opened = session;
  const services: Services = {
    config: {
      region: 'local',
      issuer: 'https://issuer.example',
      domain: 'https://sign-in.example',
      spaClientId: 'spa',
      simulated: { models: true, identity: true },
    },
    session,
    chat: new ChatClient({ tokenSource: session, baseUrl }),
    baseUrl,
    ...(audio === 'machine' ? {} : { audio }),
  };
  render(
    <ServicesProvider value={services}>
      <Page />
    </ServicesProvider>,
  );
  return { left };
}

export function closePage(): void {
  cleanup();
  opened?.close();
}
