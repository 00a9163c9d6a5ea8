type Child = Node | string;

interface Wish {
  [attribute: string]: string | ((event: never) => void) | undefined;
}

/** An element with attributes; a function is a listener of the event of its name. Text is text: nothing is parsed as HTML. */
export function el<N extends keyof HTMLElementTagNameMap>(
  name: N,
  wish: Wish = {},
  ...children: Child[]
): HTMLElementTagNameMap[N] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(wish)) {
    if (typeof value === 'function') element.addEventListener(key, value as (event: Event) => void);
    else if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A line drawing of 24 by 24; what it means is said by the button that has it. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

export const ICONS = {
  chat: 'M21 12a8 8 0 0 1-8 8H4l1.8-3.2A8 8 0 1 1 21 12zM8.5 10.5h7M8.5 14h4.5',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
  call: 'M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3',
  hangUp: 'M3 15c4.5-5 13.5-5 18 0l-2.5 2.5-3.5-1.6v-2.6a10 10 0 0 0-6 0v2.6l-3.5 1.6z',
};

/** Writes a text where it is not that text already: a live region says every change. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
