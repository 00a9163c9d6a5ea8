import * as ws from 'ws';

const TEXT = 0x1;

/** `ws` exports it; its types leave it out. */
const { Sender } = ws as unknown as { Sender: { frame(data: Buffer, options: object): Buffer[] } };

/** A text frame as its bytes on the wire, for any number of connections. */
export type SharedFrame = Buffer;

/** Frames a text once. A server does not mask its frames, so all readers get the same bytes. */
export function sharedFrame(text: string): SharedFrame {
  return Buffer.concat(Sender.frame(Buffer.from(text), { fin: true, opcode: TEXT, mask: false, readOnly: true }));
}
