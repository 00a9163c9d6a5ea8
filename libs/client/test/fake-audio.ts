import type { MicrophoneEvents } from '../src/audio/microphone-capture';
import type { PlaybackReport } from '../src/audio/worklet-messages';
import { Emitter } from '../src/core/emitter';
import { Subject } from '../src/core/observable';
import type { CallAudio } from '../src/voice/call-audio';

/** The two ends of a call, as a test dictates: what the microphone says, what the loudspeaker reports. */
export class FakeAudio implements CallAudio {
  readonly events = new Emitter<MicrophoneEvents>();
  readonly on = this.events.on.bind(this.events);
  readonly reports = new Subject<PlaybackReport>({
    phase: 'silent',
    playedMs: 0,
    queuedMs: 0,
    timesDry: 0,
    gaps: { count: 0, totalMs: 0, startMs: 150 },
    level: 0,
    isAudible: false,
  });
  readonly report = this.reports;
  readonly did: string[] = [];
  start = () => Promise.resolve();
  hasMicrophone = false;
  devicesChanged: () => void = () => undefined;
  useMicrophone = (id = 'any') => {
    this.did.push(`microphone ${id}`);
    return this.hasMicrophone ? Promise.resolve() : Promise.reject(new Error('none'));
  };
  useSpeaker = (id = 'any') => Promise.resolve(void this.did.push(`speaker ${id}`));
  onDevicesChanged = (listener: () => void) => void (this.devicesChanged = listener);
  setMuted = (muted: boolean) => void this.did.push(`muted ${muted}`);
  play = (pcm: Int16Array) => void this.did.push(`play ${pcm[0]}`);
  flush = () => {
    this.did.push('flush');
    return Promise.resolve({ droppedMs: 0 });
  };
  stop = () => {
    this.did.push('stop');
    this.playing('silent'); // the real one reports when it stops, and that must not begin the end anew
  };
  playing(phase: PlaybackReport['phase'], isAudible = false): void {
    this.reports.set({ ...this.reports.get(), phase, isAudible });
  }
}
