import { Subject, type Observable } from '../core/observable';

export interface AudioDevice {
  id: string;
  /** Browsers tell names only once the microphone was allowed; until then they are numbered. */
  label: string;
}
export interface AudioDevices {
  microphones: readonly AudioDevice[];
  /** Empty where the browser does not let a page choose (Safari, Firefox without the setting). */
  speakers: readonly AudioDevice[];
}
type Source = Pick<MediaDevices, 'enumerateDevices' | 'addEventListener' | 'removeEventListener'>;

/** Watches what can be heard with and played on, as things are plugged in and out. */
export class AudioDeviceWatch {
  private readonly current = new Subject<AudioDevices>({ microphones: [], speakers: [] });
  readonly devices: Observable<AudioDevices> = this.current;
  private readonly changed = (): void => void this.refresh();

  constructor(private readonly source: Source | undefined = globalThis.navigator?.mediaDevices) {
    source?.addEventListener('devicechange', this.changed);
    void this.refresh();
  }

  /** Reads them anew: after the microphone was allowed they have names. */
  async refresh(): Promise<void> {
    const all = (await this.source?.enumerateDevices().catch(() => [])) ?? [];
    this.current.set({
      microphones: named(all, 'audioinput', 'Microphone'),
      speakers: named(all, 'audiooutput', 'Speaker'),
    });
  }

  close(): void {
    this.source?.removeEventListener('devicechange', this.changed);
  }
}

/** Those of one kind; "default" and "communications" are other names for devices that are listed too. */
function named(all: readonly MediaDeviceInfo[], kind: MediaDeviceKind, word: string): AudioDevice[] {
  return all
    .filter((one) => one.kind === kind && !['', 'default', 'communications'].includes(one.deviceId))
    .map(({ deviceId, label }, n) => ({ id: deviceId, label: label || `${word} ${n + 1}` }));
}
