import { EXPIRED_CREDENTIALS } from '../../call/ports/speech-model.port';

/** The model, or the service before it, says that it failed. `name` is the class of the failure (`ThrottlingException`). */
export class ModelError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Frames spell the class with a small first letter, headers append an address (`ThrottlingException:http://…`). */
export const modelError = (type: string, message: string): ModelError => new ModelError(className(type), message);

const className = (type: string): string => {
  const [name = ''] = type.split(':');
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** Whether the service took the credentials for expired, whatever their provider still thinks of them: it must get others. */
export const isExpired = (error: unknown): boolean => error instanceof Error && EXPIRED_CREDENTIALS.has(error.name);

/** The model has not answered the opening of a stream in time. */
export class StartTimeout extends Error {
  override readonly name = 'StartTimeout';
  constructor(ms: number) {
    super(`the model did not answer within ${ms} ms`);
  }
}

/**
 * How long the headers of an answer may take. No layer below has a limit of its own: neither Node's HTTP/2, nor the SDK.
 * They come as soon as the opening events were read, seconds at most; longer is a peer that hangs.
 */
export const START_MS = 30_000;
