import { ParleyError } from '@parley/errors';
import { nestedFrames, type FrameCodec } from '@parley/service-kit';

/** Nova Sonic's frames, also in the envelope that API Gateway puts around them: `{"body":"<the frame as text>"}`. */
export const novaFrames: FrameCodec = {
  read(frame) {
    const { body } = frame;
    if (typeof body !== 'string') return nestedFrames.read(frame);
    let inner: unknown;
    try {
      inner = JSON.parse(body);
    } catch {
      throw new ParleyError('invalid_frame', { message: '`body` is not JSON' });
    }
    if (typeof inner !== 'object' || inner === null) throw new ParleyError('invalid_frame');
    return nestedFrames.read(inner as Record<string, unknown>);
  },
  write: (...said) => nestedFrames.write(...said),
};
