import { ParleyError } from '@parley/errors';

/** Place in a list that is ordered by time of change: the last line of the page before. */
export interface ListPlace {
  updatedAt: string;
  id: string;
}

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[A-Za-z0-9_-]{16,64}$/;

/** Sorts as the list does; two conversations that changed in the same millisecond are told apart by their id. */
export const orderKey = ({ updatedAt, id }: ListPlace): string => `${updatedAt}#${id}`;

/** A cursor is opaque to clients, and no secret: it names a time and a conversation that its reader has just seen. */
export const cursorOf = (key: string): string => Buffer.from(key).toString('base64url');

/**
 * The order key in a cursor.
 *
 * @throws ParleyError `invalid_body` for anything that `cursorOf` did not make.
 */
export function parseCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!FORM.test(key)) {
    throw new ParleyError('invalid_body', { details: [{ path: 'cursor', message: 'a `next` of this list' }] });
  }
  return key;
}
