import { floatToPcm16, levelOf, meterOf, pcm16OfBase64, pcm16OfBytes, pcm16ToFloat } from './pcm';

describe('PCM16', () => {
  it('clamps what is too loud instead of wrapping it', () => {
    expect([...floatToPcm16(Float32Array.from([0, 1, -1, 1.5, -1.5]))]).toEqual([0, 32_767, -32_768, 32_767, -32_768]);
  });

  it('gives back every 16-bit value', () => {
    const all = Int16Array.from({ length: 65_536 }, (_, n) => n - 32_768);
    expect(floatToPcm16(pcm16ToFloat(all))).toEqual(all);
  });

  it('takes no frame that is empty or half a sample too long', () => {
    expect(pcm16OfBytes(new ArrayBuffer(0))).toBeUndefined();
    expect(pcm16OfBytes(new ArrayBuffer(3))).toBeUndefined();
    expect(pcm16OfBytes(new ArrayBuffer(4))).toHaveLength(2);
  });

  it('reads base64', () => {
    const bytes = Buffer.from(Int16Array.from([1, -2, 300]).buffer);
    expect([...pcm16OfBase64(bytes.toString('base64'))!]).toEqual([1, -2, 300]);
  });

  it('measures loudness', () => {
    expect(levelOf(Float32Array.from([0.5, -0.5]))).toBeCloseTo(0.5);
    expect(levelOf(new Float32Array(0))).toBe(0);
    expect(meterOf(0)).toBe(0);
    expect(meterOf(1)).toBe(1);
    expect(meterOf(0.02)).toBeGreaterThan(0.4);
  });
});
