/**
 * Text from a page or a person inside a prompt, so that nothing in it can pass for an instruction or end the fence:
 * it is one line of JSON (no new line can begin in it), every sign that could form a tag or looks like one is escaped,
 * and the fence's name holds a nonce that the text cannot know.
 */
export function fence(data: unknown, nonce: string): string {
  return `<page-data-${nonce}>\n${harmlessJson(data)}\n</page-data-${nonce}>`;
}

/** JSON with all that may not stand in a prompt as it is written as `\uXXXX`, which JSON reads back the same. */
export function harmlessJson(data: unknown): string {
  return JSON.stringify(data).replace(/[^\x20\x21\x23-\x25\x27-\x3b\x3d\x3f-\x5f\x61-\x7e"]/gu, (sign) =>
    isHarmful(sign) ? escape(sign) : sign,
  );
}

/** Signs that nobody sees (they hide or reorder text), line breaks of every kind, half characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** Signs of tags and code fences. A look-alike counts when Unicode takes it for one or makes it of one (NFKD), as full width `＜` and `≮`. */
const TAG = /[<>&`]/;
/** Angle brackets that Unicode calls signs of their own. */
const ANGLES = /[‹›«»≪≫⟨⟩⟪⟫〈〉《》〈〉❬❭❮❯❰❱⧼⧽⋖⋗⦑⦒⪡⪢≺≻˂˃ᐸᐳ𝈶𝈷]/u;

function isHarmful(sign: string): boolean {
  return UNSEEN.test(sign) || ANGLES.test(sign) || TAG.test(sign.normalize('NFKD'));
}

const escape = (sign: string): string =>
  Array.from({ length: sign.length }, (_, at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
