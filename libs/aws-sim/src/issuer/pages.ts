import type { DemoUser } from './demo-users';

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE = `
:root{color-scheme:light dark;--page:#f4f5f8;--card:#fff;--text:#171a21;--quiet:#5b6372;--line:#d9dde5;--accent:#3b5bdb;--soft:#e8ecfd;--note:#fff6dd;--note-text:#6b4a00}
@media(prefers-color-scheme:dark){:root{--page:#101218;--card:#191c24;--text:#eceef3;--quiet:#a3abba;--line:#2e3340;--accent:#8da2fb;--soft:#252c47;--note:#332a12;--note-text:#f3d58a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:420px;background:var(--card);border:1px solid var(--line);border-radius:16px;padding:32px 28px;box-shadow:0 12px 40px rgb(0 0 0/8%)}
h1{margin:16px 0 4px;font-size:1.4rem;line-height:1.25}
p{margin:0;color:var(--quiet)}
.note{display:inline-block;padding:3px 12px;border-radius:99px;background:var(--note);color:var(--note-text);font-size:.85rem;font-weight:600}
ul{list-style:none;margin:24px 0 0;padding:0;display:grid;gap:10px}
button{width:100%;display:flex;align-items:center;gap:14px;padding:12px 14px;border:1px solid var(--line);border-radius:12px;background:transparent;color:inherit;font:inherit;text-align:left;cursor:pointer}
button:hover{border-color:var(--accent);background:var(--soft)}
button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.face{flex:none;width:40px;height:40px;border-radius:50%;display:grid;place-items:center;background:var(--soft);color:var(--accent);font-weight:700}
.who{flex:1;min-width:0}.who b,.who span{display:block;overflow:hidden;text-overflow:ellipsis}
.who span{color:var(--quiet);font-size:.9rem}
.group{padding:2px 10px;border-radius:99px;border:1px solid var(--line);color:var(--quiet);font-size:.8rem}
code{font-size:.9em}
`;

/** What the pages may load: nothing but their own style, which carries this nonce. */
export const pagePolicy = (nonce: string) =>
  `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`;

const page = (title: string, body: string, nonce: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body><main>${body}</main></body>
</html>
`;

const row = ({ login, name, email, groups }: DemoUser) => `<li><button name="user" value="${escape(login)}">
<span class="face" aria-hidden="true">${escape(name.slice(0, 1))}</span>
<span class="who"><b>${escape(name)}</b><span>${escape(email)}</span></span>
${groups.map((group) => `<span class="group">${escape(group)}</span>`).join('')}
</button></li>`;

/** The sign-in page: one button for each demo user. */
export const signInPage = (users: readonly DemoUser[], interaction: string, nonce: string) =>
  page(
    'Sign in to Parley (simulated)',
    `<span class="note">Simulated sign-in</span>
<h1>Who are you today?</h1>
<p>This machine stands in for Amazon Cognito. Choose a demo user; there is no password.</p>
<form method="post" action="/login">
<input type="hidden" name="interaction" value="${escape(interaction)}">
<ul>${users.map(row).join('')}</ul>
</form>`,
    nonce,
  );

/** A page that says one thing: an error, or what this server is. */
export const notePage = (title: string, text: string, nonce: string) =>
  page(title, `<span class="note">Simulated sign-in</span><h1>${escape(title)}</h1><p>${escape(text)}</p>`, nonce);
