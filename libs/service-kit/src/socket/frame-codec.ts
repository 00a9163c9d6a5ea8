import { ParleyError } from '@parley/errors';

/** A text frame taken apart: what is said, with what, and the sender's own mark to be answered with. */
export interface Frame {
  name: string;
  body: unknown;
  ref?: string;
}

/** How frames look on one wire. Each gateway names its own. */
export interface FrameCodec {
  /** @throws ParleyError `invalid_frame`, with a `ref` when the frame had one that could be read */
  read(text: string): Frame;
  write(name: string, body: unknown, ref?: string): string;
}

/** JSON that is an object, and its `ref` (up to 128 characters) when it has one. */
export function parseFrameObject(text: string): { frame: Record<string, unknown>; ref?: string } {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    throw new ParleyError('invalid_frame', { message: 'The frame is not JSON' });
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    throw new ParleyError('invalid_frame', { message: 'The frame is not a JSON object' });
  }
  const ref = (frame as { ref?: unknown }).ref;
  return { frame: frame as Record<string, unknown>, ...(typeof ref === 'string' && ref.length <= 128 ? { ref } : {}) };
}

/** `{"event":"<name>","data":{…},"ref"?}`, and `action` for `event`: what Nest and API Gateway front ends send. */
export const namedFrames: FrameCodec = {
  read(text) {
    const { frame, ref } = parseFrameObject(text);
    const { event, action, data } = frame;
    const name = event ?? action;
    if (typeof name !== 'string' || name === '')
      throw new ParleyError('invalid_frame', { message: 'The frame names no event' });
    // An `action` frame has its fields beside it, flat.
    return { name, body: data ?? (event === undefined ? frame : {}), ...(ref === undefined ? {} : { ref }) };
  },
  write: (event, data, ref) => JSON.stringify(ref === undefined ? { event, data } : { event, data, ref }),
};

/** `{"event":{"<name>":{…}},"ref"?}`: Nova Sonic's own form. */
export const nestedFrames: FrameCodec = {
  read(text) {
    const { frame, ref } = parseFrameObject(text);
    const event = frame['event'];
    const names = typeof event === 'object' && event !== null ? Object.keys(event) : [];
    const name = names[0];
    if (name === undefined || names.length > 1) {
      throw new ParleyError('invalid_frame', { message: 'The frame must have exactly one event' });
    }
    return { name, body: (event as Record<string, unknown>)[name], ...(ref === undefined ? {} : { ref }) };
  },
  write: (name, body, ref) =>
    JSON.stringify(ref === undefined ? { event: { [name]: body } } : { event: { [name]: body }, ref }),
};
