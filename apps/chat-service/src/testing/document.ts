import { JSDOM } from 'jsdom';

/** React looks for these when it is loaded, so this is imported before it. Everything else stays Node's own. */
const { window } = new JSDOM('<!doctype html>');
Object.assign(globalThis, { window, document: window.document });

export const document = window.document;
