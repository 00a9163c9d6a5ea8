import { ClientError } from '../core/client-error';

const loaded = new WeakMap<BaseAudioContext, Map<string, Promise<void>>>();

/**
 * Makes an AudioContext at the machine's own rate. Not at 16 kHz: Firefox connects no microphone to a context of another
 * rate than the microphone's. Call it in the handler of a click: browsers keep a context silent that no gesture began.
 */
export function createAudioContext(): AudioContext {
  return new AudioContext({ latencyHint: 'interactive' });
}

/** Loads the worklet file into a context, once. Throws ClientError `audio_failed` when the file is not there. */
export function loadWorklet(context: AudioContext, url: string): Promise<void> {
  const ofContext = loaded.get(context) ?? new Map<string, Promise<void>>();
  loaded.set(context, ofContext);
  const load =
    ofContext.get(url) ??
    context.audioWorklet.addModule(url).catch((cause: unknown) => {
      ofContext.delete(url);
      throw new ClientError(
        { code: 'audio_failed', kind: 'fault', message: 'The audio part of this page could not be loaded.' },
        { cause },
      );
    });
  ofContext.set(url, load);
  return load;
}

/**
 * Keeps a context running: iOS interrupts it for a phone call or another app's sound, and browsers may suspend it while a
 * page is hidden. Returns what ends that. Where the browser wants a gesture, it goes on with the next click or key.
 */
export function keepRunning(context: AudioContext): () => void {
  const resume = (): void => {
    if (context.state !== 'running' && context.state !== 'closed') context.resume().catch(() => undefined);
  };
  const targets = [context, document, document, document] as const;
  const events = ['statechange', 'visibilitychange', 'pointerdown', 'keydown'] as const;
  targets.forEach((target, n) => target.addEventListener(events[n]!, resume));
  return () => targets.forEach((target, n) => target.removeEventListener(events[n]!, resume));
}
