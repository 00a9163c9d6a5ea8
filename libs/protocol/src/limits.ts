/** Limits of the wires, said once. Sizes in bytes, times in milliseconds, unless the name says otherwise. */
export const LIMITS = {
  httpBody: 1 << 20,
  /** `useChat` sends the whole list although only its last message is read. */
  chatBody: 8 << 20,
  /** A function on Lambda is given no request over 6 MB, its head included. */
  chatBodyOnLambda: 5 << 20,
  chatLastMessage: 64 << 10,
  textFrame: 64 << 10,
  binaryFrame: 32 << 10,
  messageCharacters: 16_000,
  titleCharacters: 200,
  /** A token longer than this is refused unread. */
  token: 8_192,
  headers: 16 << 10,
  handshakeMs: 10_000,
  pageDefault: 50,
  pageMax: 200,
} as const;

/** Life signs of a socket: a ping this often, dead after this long without an answer, this long for a close handshake. */
export const HEARTBEAT = { pingMs: 20_000, deadMs: 30_000, closeMs: 10_000 } as const;

/** The server says `tokenExpiring` this long before a socket's token ends. */
export const TOKEN_EXPIRING_MS = 60_000;

/** PCM16 little-endian mono, as Nova Sonic takes and gives it. */
export const AUDIO = {
  inputSampleRateHz: 16_000,
  outputSampleRateHz: 24_000,
  bytesPerSample: 2,
  /** 512 samples, 32 ms: the frame size that Nova Sonic's documentation recommends. */
  frameSamples: 512,
} as const;
