import { el } from './dom';

/**
 * As much of markdown as short answers use: paragraphs, lists, bold, code and links. Everything is built as elements and
 * text, never as HTML; a link leads to http(s) only.
 */
export function richText(text: string): Node[] {
  return text
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== '')
    .flatMap(blockOf);
}

const BULLET = /^\s*[-*•]\s+/;
const NUMBER = /^\s*\d+[.)]\s+/;

/** A block may be some lines of text with a list right below them. */
function blockOf(block: string): Node[] {
  const blocks: HTMLElement[] = [];
  for (const line of block.split('\n')) {
    const name = BULLET.test(line) ? 'ul' : NUMBER.test(line) ? 'ol' : 'p';
    const last = blocks.at(-1);
    const body = inline(line.replace(name === 'p' ? /^#{1,6}\s+/ : name === 'ul' ? BULLET : NUMBER, ''));
    if (name === 'p' && last?.localName === 'p') last.append(el('br'), ...body);
    else if (name === 'p') blocks.push(el('p', {}, ...body));
    else if (last?.localName === name) last.append(el('li', {}, ...body));
    else blocks.push(el(name, {}, el('li', {}, ...body)));
  }
  return blocks;
}

const INLINE = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;

function inline(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, bold, code, label, href] = match;
    parts.push(text.slice(end, match.index));
    if (bold !== undefined) parts.push(el('strong', {}, bold));
    else if (code !== undefined) parts.push(el('code', {}, code));
    else parts.push(el('a', { href: href!, target: '_blank', rel: 'noopener noreferrer' }, label!));
    end = match.index + whole.length;
  }
  parts.push(text.slice(end));
  return parts;
}
