/** One sheet for all widgets of a page. It is constructed, so a page's `style-src` has nothing to allow. */
const CSS = `
:host { all: initial; color-scheme: light dark; position: fixed; right: 0; bottom: 0; z-index: 2147483000;
  font: 400 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
  --blue: light-dark(#1d5fd1, #8db4ff); --blue-hover: light-dark(#164ba8, #adc9ff); --on-blue: light-dark(#fff, #0b1f47);
  --surface: light-dark(#fff, #1b1e24); --sunken: light-dark(#f2f4f8, #12141a); --line: light-dark(#d9dee7, #343a46);
  --line-strong: light-dark(#7f8797, #7d8798); --ink: light-dark(#1a1f2b, #e8ebf2); --soft: light-dark(#545d6e, #a9b1c1);
  --danger: light-dark(#a02a1c, #f5a195); --danger-soft: light-dark(#fcebe8, #3a211d);
  --notice: light-dark(#6b4700, #f2cf86); --notice-soft: light-dark(#fcf1d6, #382e16); --live: light-dark(#1b7f4b, #5fd39a);
  color: var(--ink); }
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; }
svg { width: 1.5rem; height: 1.5rem; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round;
  stroke-linejoin: round; display: block; }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.round { display: grid; place-items: center; width: 2.75rem; height: 2.75rem; border-radius: 50%; flex: none;
  background: var(--blue); color: var(--on-blue); }
.round:hover { background: var(--blue-hover); }
.round.plain { background: transparent; color: var(--soft); }
.round.plain:hover { background: var(--sunken); color: var(--ink); }
.launcher { position: absolute; right: 1.25rem; bottom: 1.25rem; width: 3.75rem; height: 3.75rem;
  box-shadow: 0 4px 18px rgb(10 20 50 / 28%); }
.launcher svg { width: 1.75rem; height: 1.75rem; }
.launcher .news { position: absolute; top: 0; right: 0; width: 1rem; height: 1rem; border-radius: 50%;
  background: #d23a2a; border: 2px solid var(--surface); }
.panel { position: absolute; right: 1.25rem; bottom: 1.25rem; display: flex; flex-direction: column; overflow: hidden;
  width: 24rem; max-width: calc(100vw - 2.5rem); height: min(38rem, calc(100dvh - 2.5rem)); background: var(--surface);
  border: 1px solid var(--line); border-radius: 1rem; box-shadow: 0 12px 40px rgb(10 20 50 / 30%); animation: rise 160ms; }
@keyframes rise { from { opacity: 0; translate: 0 8px; } }
.head { display: flex; align-items: center; gap: 0.5rem; padding: 0.75rem 0.75rem 0.75rem 1.125rem;
  border-bottom: 1px solid var(--line); }
.titles { flex: 1; min-width: 0; }
h2 { margin: 0; font-size: 1.0625rem; line-height: 1.3; overflow-wrap: anywhere; }
.status { margin: 0; font-size: 0.8125rem; color: var(--soft); display: flex; align-items: center; gap: 0.4rem; }
.status::before { content: ''; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--line-strong); flex: none; }
.status[data-tone='good']::before { background: var(--live); }
.status[data-tone='bad']::before { background: var(--danger); }
.simulated { font-size: 0.75rem; line-height: 1.25; padding: 0.2rem 0.5rem; border-radius: 0.5rem; text-align: center;
  background: var(--notice-soft); color: var(--notice); }
.thread { flex: 1; overflow-y: auto; overflow-anchor: none; overscroll-behavior: contain; padding: 1rem 1.125rem; background: var(--sunken); }
ul.items { list-style: none; margin: 0; padding: 0; display: flex; flex-direction: column; gap: 0.625rem; }
.item { max-width: 88%; padding: 0.5rem 0.8125rem; border-radius: 1rem; overflow-wrap: anywhere; background: var(--surface);
  border: 1px solid var(--line); align-self: flex-start; border-bottom-left-radius: 0.25rem; }
.item[data-who='me'] { align-self: flex-end; background: var(--blue); color: var(--on-blue); border-color: transparent;
  border-radius: 1rem 1rem 0.25rem 1rem; }
.item[data-state='failed'] { background: var(--danger-soft); color: var(--danger); }
.item p, .item ul, .item ol { margin: 0 0 0.5rem; }
.item ul, .item ol { padding-left: 1.25rem; }
.item .text > :last-child { margin-bottom: 0; }
.item a { color: var(--blue); }
.item code { font: 0.875em/1.4 ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.name { font-size: 0.8125rem; font-weight: 600; }
.link { min-height: 2rem; color: var(--blue); text-decoration: underline; }
.thread > .link { display: block; margin: 0 auto 0.625rem; }
.waiting { display: inline-flex; gap: 0.3rem; padding: 0.9rem 0.9rem; margin-top: 0.625rem; border-radius: 1rem;
  background: var(--surface); border: 1px solid var(--line); }
.waiting i { width: 0.4rem; height: 0.4rem; border-radius: 50%; background: var(--soft); animation: dot 1s infinite alternate; }
.waiting i:nth-child(2) { animation-delay: 0.2s; }
.waiting i:nth-child(3) { animation-delay: 0.4s; }
@keyframes dot { from { opacity: 0.25; } }
.notice { display: flex; gap: 0.75rem; align-items: center; padding: 0.625rem 1.125rem; font-size: 0.875rem;
  background: var(--danger-soft); color: var(--danger); }
.notice.quiet { background: var(--notice-soft); color: var(--notice); }
.notice p { margin: 0; flex: 1; overflow-wrap: anywhere; }
.notice[role='group'] { flex-wrap: wrap; }
.notice[role='group'] p { flex-basis: 100%; }
.notice button { text-decoration: underline; font-weight: 600; min-height: 2rem; flex: none; }
form { display: flex; align-items: flex-end; gap: 0.375rem; padding: 0.625rem 0.75rem; border-top: 1px solid var(--line); }
textarea { flex: 1; min-width: 0; resize: none; max-height: 8rem; field-sizing: content; padding: 0.5625rem 0.875rem;
  border: 1px solid var(--line-strong); border-radius: 1.375rem; background: var(--surface); line-height: 1.5; }
textarea::placeholder { color: var(--soft); opacity: 1; }
@media (max-width: 30rem), (max-height: 30rem) {
  :host([data-open]) { inset: 0; }
  .panel { inset: 0; width: auto; max-width: none; height: auto; border: 0; border-radius: 0; }
}
@media (prefers-reduced-motion: reduce) { .panel, .waiting i { animation: none; } }
`;

let sheet: CSSStyleSheet | undefined;
export function widgetSheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
