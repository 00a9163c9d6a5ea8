import { AUDIO } from '@parley/protocol';
import { ClientError } from '../core/client-error';
import { Emitter } from '../core/emitter';
import { loadWorklet } from './audio-context';
import { CAPTURE_PROCESSOR, type CapturedFrame, type CaptureOptions } from './worklet-messages';

export interface MicrophoneOptions {
  /** A running context; see `createAudioContext`. */
  context: AudioContext;
  /** Where the worklet file is served. */
  workletUrl: string;
  /** Of `enumerateDevices`; the system's default otherwise. */
  deviceId?: string;
  /** All on by default. Some hardware does better without one of them. */
  echoCancellation?: boolean;
  noiseSuppression?: boolean;
  autoGainControl?: boolean;
  /** Default: the browser's. */
  mediaDevices?: Pick<MediaDevices, 'getUserMedia'>;
}

export interface MicrophoneEvents {
  /** 512 samples of PCM16 at 16 kHz, every 32 ms, also while muted: the model finds the end of a turn by silence. */
  frame: Int16Array<ArrayBuffer>;
  /** RMS of each frame, 0…1. */
  level: number;
  /** The device is gone: unplugged, or taken away in the browser's settings. */
  lost: ClientError;
}

/** The microphone as a stream of frames for the wire. */
export class MicrophoneCapture {
  private readonly events = new Emitter<MicrophoneEvents>();
  readonly on = this.events.on.bind(this.events);
  private stream?: MediaStream;
  private source?: MediaStreamAudioSourceNode;
  private node?: AudioWorkletNode;
  private muted = false;

  constructor(private readonly options: MicrophoneOptions) {}

  /**
   * Asks for the microphone and begins; while it runs, goes over to another one. A device that was chosen and is not there
   * gives way to the system's default. Throws ClientError `microphone_refused`, `microphone_missing`, `microphone_failed`.
   */
  async start(deviceId = this.options.deviceId): Promise<void> {
    const { context, workletUrl } = this.options;
    const asked = this.ask(deviceId).catch((error: unknown) => Promise.reject(microphoneError(error)));
    const [stream] = await Promise.all([asked, loadWorklet(context, workletUrl)]).catch(async (error: unknown) => {
      await asked.then(release, () => undefined);
      throw error;
    });
    this.stop();
    this.stream = stream;
    const processorOptions: CaptureOptions = {
      outputRateHz: AUDIO.inputSampleRateHz,
      frameSamples: AUDIO.frameSamples,
    };
    this.node = new AudioWorkletNode(context, CAPTURE_PROCESSOR, { numberOfOutputs: 0, processorOptions });
    this.node.port.onmessage = ({ data }: MessageEvent<CapturedFrame>) => {
      this.events.emit('frame', data.pcm);
      this.events.emit('level', data.level);
    };
    this.source = context.createMediaStreamSource(stream);
    this.source.connect(this.node);
    this.setMuted(this.muted);
    for (const track of stream.getTracks()) track.addEventListener('ended', () => this.streamOnEnded(stream));
  }

  /** A muted microphone goes on sending frames, of silence. */
  setMuted(muted: boolean): void {
    this.muted = muted;
    for (const track of this.stream?.getTracks() ?? []) track.enabled = !muted;
  }

  /** Lets the device go, and the browser's recording sign with it. */
  stop(): void {
    const { stream, source, node } = this;
    this.stream = this.source = this.node = undefined;
    source?.disconnect();
    if (node !== undefined) node.port.onmessage = null;
    if (stream !== undefined) release(stream);
  }

  private async ask(deviceId: string | undefined): Promise<MediaStream> {
    const { echoCancellation = true, noiseSuppression = true, autoGainControl = true } = this.options;
    const { mediaDevices = navigator.mediaDevices } = this.options;
    if (mediaDevices === undefined) throw microphoneError(undefined); // not https, and not localhost
    const audio = { channelCount: 1, echoCancellation, noiseSuppression, autoGainControl };
    if (deviceId === undefined) return mediaDevices.getUserMedia({ audio });
    try {
      return await mediaDevices.getUserMedia({ audio: { ...audio, deviceId: { exact: deviceId } } });
    } catch (error) {
      if (!['NotFoundError', 'OverconstrainedError'].includes((error as Error).name)) throw error;
      return mediaDevices.getUserMedia({ audio });
    }
  }

  private streamOnEnded(stream: MediaStream): void {
    if (stream !== this.stream) return;
    this.stop();
    this.events.emit('lost', microphoneError({ name: 'NotFoundError' }));
  }
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What `getUserMedia` threw, for people. */
function microphoneError(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown;
  const name = (thrown as { name?: string } | undefined)?.name;
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    const message = 'The microphone is not allowed. Allow it for this page in your browser, then try again.';
    return new ClientError({ code: 'microphone_refused', kind: 'denied', message }, { cause: thrown });
  }
  if (name === 'NotFoundError' || name === 'OverconstrainedError') {
    const message = 'There is no microphone. Connect one, then try again.';
    return new ClientError({ code: 'microphone_missing', kind: 'invalid', message }, { cause: thrown });
  }
  const message = 'The microphone could not be opened. Another program may be using it.';
  return new ClientError({ code: 'microphone_failed', kind: 'unavailable', message }, { cause: thrown });
}
