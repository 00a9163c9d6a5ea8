import { until } from '../core/observable';
import { AudioDeviceWatch } from './devices';

const device = (kind: MediaDeviceKind, deviceId: string, label = '') => ({ kind, deviceId, label }) as MediaDeviceInfo;

class FakeDevices extends EventTarget {
  constructor(public list: MediaDeviceInfo[]) {
    super();
  }
  enumerateDevices = () => Promise.resolve(this.list);
}

describe('AudioDeviceWatch', () => {
  it('lists each device once, with a number while it has no name', async () => {
    const source = new FakeDevices([
      device('audioinput', 'default', 'Default - Built-in'),
      device('audioinput', 'a'),
      device('audioinput', 'b', 'Headset'),
      device('audiooutput', 'c', 'Loudspeaker'),
      device('videoinput', 'd', 'Camera'),
    ]);
    const { devices } = new AudioDeviceWatch(source);
    expect(await until(devices, ({ microphones }) => microphones.length > 0)).toEqual({
      microphones: [
        { id: 'a', label: 'Microphone 1' },
        { id: 'b', label: 'Headset' },
      ],
      speakers: [{ id: 'c', label: 'Loudspeaker' }],
    });
  });

  it('notices what is plugged in, until it is closed', async () => {
    const source = new FakeDevices([]);
    const watch = new AudioDeviceWatch(source);
    source.list = [device('audioinput', 'b', 'Headset')];
    source.dispatchEvent(new Event('devicechange'));
    await until(watch.devices, ({ microphones }) => microphones[0]?.label === 'Headset');
    watch.close();
    source.list = [];
    source.dispatchEvent(new Event('devicechange'));
    await new Promise(setImmediate);
    expect(watch.devices.get().microphones).toHaveLength(1);
  });

  it('has none where the page may not ask', async () => {
    const watch = new AudioDeviceWatch(undefined);
    await watch.refresh();
    expect(watch.devices.get()).toEqual({ microphones: [], speakers: [] });
  });
});
