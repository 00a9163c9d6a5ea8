import { ParleyError } from '@parley/errors';

/** A text frame taken apart: what is said, with what, and the sender's own mark to be answered with. */
export interface Frame {
  name: string;
  body: unknown;
  ref?: string;
}

/** How frames look on one wire. Each gateway names its own. */
export interface FrameCodec {
  /** What a frame says. @throws ParleyError `invalid_frame` */
  read(frame: Record<string, unknown>): Omit<Frame, 'ref'>;
  write(name: string, body: unknown, ref?: string): string;
}

const MAX_REF = 128;

/** Text as a JSON object. @throws ParleyError `invalid_frame` */
export function parseFrameObject(text: string): Record<string, unknown> {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    throw new ParleyError('invalid_frame', { message: 'The frame is not JSON' });
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    throw new ParleyError('invalid_frame', { message: 'The frame is not a JSON object' });
  }
  return frame as Record<string, unknown>;
}

/** The sender's own mark of a frame, when it has one of at most 128 characters. */
export const refOf = ({ ref }: Record<string, unknown>): string | undefined =>
  typeof ref === 'string' && ref.length <= MAX_REF ? ref : undefined;

/** `{"event":"<name>","data":{…},"ref"?}`, and `action` for `event`: what Nest and API Gateway front ends send. */
export const namedFrames: FrameCodec = {
  read(frame) {
    const { event, action, data } = frame;
    const name = event ?? action;
    if (typeof name !== 'string' || name === '')
      throw new ParleyError('invalid_frame', { message: 'The frame names no event' });
    // An `action` frame has its fields beside it, flat.
    return { name, body: data ?? (event === undefined ? frame : {}) };
  },
  write: (event, data, ref) => JSON.stringify(ref === undefined ? { event, data } : { event, data, ref }),
};

/** `{"event":{"<name>":{…}},"ref"?}`: Nova Sonic's own form. */
export const nestedFrames: FrameCodec = {
  read({ event }) {
    const names = typeof event === 'object' && event !== null ? Object.keys(event) : [];
    const name = names[0];
    if (name === undefined || names.length > 1) {
      throw new ParleyError('invalid_frame', { message: 'The frame must have exactly one event' });
    }
    return { name, body: (event as Record<string, unknown>)[name] };
  },
  write: (name, body, ref) =>
    JSON.stringify(ref === undefined ? { event: { [name]: body } } : { event: { [name]: body }, ref }),
};
