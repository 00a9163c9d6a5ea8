import { MicrophoneCapture } from './microphone-capture';

const context = { audioWorklet: { addModule: () => Promise.resolve() } } as unknown as AudioContext;
const refusing = (name: string) => ({
  getUserMedia: () => Promise.reject(Object.assign(new Error('refused'), { name })),
});

describe('MicrophoneCapture', () => {
  it.each([
    ['NotAllowedError', 'microphone_refused'],
    ['NotFoundError', 'microphone_missing'],
    ['NotReadableError', 'microphone_failed'],
  ])('says what %s means as %s', async (name, code) => {
    const capture = new MicrophoneCapture({ context, workletUrl: '/w.js', mediaDevices: refusing(name) });
    await expect(capture.start()).rejects.toMatchObject({ code, message: expect.stringContaining('microphone') });
  });

  it('lets the device go when the worklet cannot be loaded', async () => {
    const track = { stop: jest.fn(), addEventListener: jest.fn() };
    const stream = { getTracks: () => [track] } as unknown as MediaStream;
    const without = { audioWorklet: { addModule: () => Promise.reject(new Error('404')) } } as unknown as AudioContext;
    const capture = new MicrophoneCapture({
      context: without,
      workletUrl: '/w.js',
      mediaDevices: { getUserMedia: () => Promise.resolve(stream) },
    });
    await expect(capture.start()).rejects.toMatchObject({ code: 'audio_failed' });
    expect(track.stop).toHaveBeenCalled();
  });

  it('takes the default when the chosen device is gone, and asks no second time when it is refused', async () => {
    const asked: unknown[] = [];
    const answers = ['OverconstrainedError', 'NotReadableError', 'NotAllowedError'];
    const mediaDevices = {
      getUserMedia: ({ audio }: MediaStreamConstraints) => {
        asked.push((audio as MediaTrackConstraints).deviceId);
        return Promise.reject(Object.assign(new Error('no'), { name: answers.shift() }));
      },
    };
    const capture = new MicrophoneCapture({ context, workletUrl: '/w.js', deviceId: 'headset', mediaDevices });
    await expect(capture.start()).rejects.toMatchObject({ code: 'microphone_failed' });
    await expect(capture.start('other')).rejects.toMatchObject({ code: 'microphone_refused' });
    expect(asked).toEqual([{ exact: 'headset' }, undefined, { exact: 'other' }]);
  });

  it('asks for echo cancellation, unless told not to', async () => {
    const asked: unknown[] = [];
    const mediaDevices = {
      getUserMedia: (wanted: unknown) => {
        asked.push(wanted);
        return Promise.reject(new Error('enough'));
      },
    };
    const options = { context, workletUrl: '/w.js', mediaDevices };
    await expect(new MicrophoneCapture(options).start()).rejects.toThrow();
    await expect(new MicrophoneCapture({ ...options, echoCancellation: false }).start()).rejects.toThrow();
    expect(asked).toMatchObject([{ audio: { echoCancellation: true } }, { audio: { echoCancellation: false } }]);
  });
});
