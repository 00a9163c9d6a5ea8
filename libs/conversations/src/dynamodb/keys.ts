/**
 * Where things lie in the table.
 *
 * | pk | sk | what |
 * | --- | --- | --- |
 * | `C#<id>` | `RECORD` | the record; a chat's is listed by `byMember` itself |
 * | `C#<id>` | `M#<principal>` | membership of a room, listed by `byMember` |
 * | `C#<id>` | `X#<principal>` | an owner took this member out: not back by himself |
 * | `C#<id>` | `F#<principal>` | was a member, listed by `byMember`: what he said there is found by it when it is to be erased |
 * | `C#<id>` | `I#<digest>` | invitation that is not spent |
 * | `C#<id>` | `R#<principal>` | read mark |
 * | `C#<id>` | `GENERATION` | who writes an answer there, or did last; listed by `byMember` while it runs |
 * | `C#<id>` | `U#<message>` | what an answer took; written by the ledger of usage |
 * | `W#<process>` | `LEASE` | until when a process that writes answers is believed to live, and which are to stop |
 * | `P#<principal>` | `OWN#<digest>` | which conversation the principal has under a name of his own |
 * | `ERASURE#<principal>` | `ERASURE` | a person wants erased what he left, listed by `byMember` until it is |
 * | `P#<principal>` | `BLOCKS` | whom the principal blocks, listed by `byMember` |
 * | `AUDIT` | `<time>#<id>` | an act of moderation |
 * | `REPORT#<digest>` | `REPORT` | what a member reported, listed by `byMember` |
 * | `L#<logId>` | `E#<seq>` | entry |
 * | `L#<logId>` | `K#<principal>#<key>` | claim: head at the first attempt to append under this key |
 * | `L#<logId>` | `O#<seq>` | says that the entry there is no message; lets a view find overlays without reading the log |
 */
export type Key = {
  pk: string;
  sk: string;
};

/** Sorts after every `seq`: 12 digits are a million entries a second for eleven days. */
export const MAX_SEQ = 999_999_999_999;
const pad = (seq: number) => String(seq).padStart(12, '0');

const conversation = (id: string) => `C#${id}`;
const log = (logId: string) => `L#${logId}`;

export const conversationPartition = conversation;
export const logPartition = log;
export const RECORD = 'RECORD';
export const recordKey = (id: string): Key => ({ pk: conversation(id), sk: RECORD });
export const memberKey = (id: string, principalId: string): Key => ({ pk: conversation(id), sk: `M#${principalId}` });
export const barredKey = (id: string, principalId: string): Key => ({ pk: conversation(id), sk: `X#${principalId}` });
export const formerKey = (id: string, principalId: string): Key => ({ pk: conversation(id), sk: `F#${principalId}` });
export const invitationKey = (id: string, digest: string): Key => ({ pk: conversation(id), sk: `I#${digest}` });
export const ownPartition = (principalId: string): string => `P#${principalId}`;
export const ownKey = (principalId: string, digest: string): Key => ({
  pk: ownPartition(principalId),
  sk: `OWN#${digest}`,
});
export const readMarkKey = (id: string, principalId: string): Key => ({ pk: conversation(id), sk: `R#${principalId}` });
export const erasureKey = (principalId: string): Key => ({ pk: `ERASURE#${principalId}`, sk: 'ERASURE' });
export const blocksKey = (principalId: string): Key => ({ pk: `P#${principalId}`, sk: 'BLOCKS' });
/** Whose blocks lie in a partition. */
export const blocksOf = (pk: string): string => pk.slice('P#'.length);
export const auditKey = (place: string): Key => ({ pk: 'AUDIT', sk: place });
export const reportKey = (digest: string): Key => ({ pk: `REPORT#${digest}`, sk: 'REPORT' });
export const generationKey = (id: string): Key => ({ pk: conversation(id), sk: 'GENERATION' });
export const leaseKey = (process: string): Key => ({ pk: `W#${process}`, sk: 'LEASE' });
export const entryKey = (logId: string, seq: number): Key => ({ pk: log(logId), sk: `E#${pad(seq)}` });
export const overlayKey = (logId: string, seq: number): Key => ({ pk: log(logId), sk: `O#${pad(seq)}` });

/** Two members may use the same client id: a claim is the principal's own. The encoding has no `#` in it. */
export const scopedKey = (principalId: string, key: string): string => `${encodeURIComponent(principalId)}#${key}`;
/** Whose key it is. */
export const scopeOf = (scoped: string): string => decodeURIComponent(scoped.slice(0, scoped.indexOf('#')));
export const claimKey = (logId: string, scoped: string): Key => ({ pk: log(logId), sk: `K#${scoped}` });

/** Where all claims of a principal in a log lie: `$` comes next after `#`. */
export const claimPartOf = (principalId: string): { from: string; to: string } => {
  const of = encodeURIComponent(principalId);
  return { from: `K#${of}#`, to: `K#${of}$` };
};

/** Values of the index `byMember`. */
export const INDEX = 'byMember';
export const listOf = (principalId: string): string => `P#${principalId}`;
/** Lists the rooms that a principal was in. */
export const leftBy = (principalId: string): string => `LEFT#${principalId}`;
export const ERASURES = 'ERASURES';
export const REMOVALS = 'REMOVALS';
export const REPORTS = 'REPORTS';
export const BLOCKS = 'BLOCKS';
export const RUNNING = 'RUNNING';
export const CHATS = 'chat#';
export const ROOMS = 'room#';
