import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

interface CodeEditorProps {
  /** What it begins with; afterwards the editor has its own. */
  code: string;
  label: string;
  onChange: (code: string) => void;
  /** Ctrl+Enter, or Cmd+Enter. */
  onRun: () => void;
}

/** A code editor. It is lazy on its own: CodeMirror is half as large as the rest of the page. */
export default function CodeEditor(props: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    // In a shadow root CodeMirror brings its styles as a constructed sheet; a <style> of the document would be refused by the
    // page's policy.
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: 'open' });
    const { code, label } = latest.current;
    const view = new EditorView({
      doc: code,
      root,
      parent: root,
      extensions: [
        lineNumbers(),
        history(),
        indentOnInput(),
        bracketMatching(),
        javascript(),
        syntaxHighlighting(colours),
        looks,
        keymap.of([
          { key: 'Mod-Enter', run: () => (latest.current.onRun(), true) },
          indentWithTab,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.lineWrapping,
        // `tabindex`, though it can be edited: some tools know what can be focused only by it.
        EditorView.contentAttributes.of({
          tabindex: '0',
          'aria-label': label,
          'aria-description': 'Escape, then Tab, leaves it',
        }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) latest.current.onChange(state.doc.toString());
        }),
      ],
    });
    return () => view.destroy();
  }, []);
  return <div className="code-editor" ref={host} data-testid="code-editor" />;
}

const looks = EditorView.theme({
  '&': { minHeight: '14rem', color: 'var(--ink)', backgroundColor: 'var(--surface)', fontSize: '0.9375rem' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { minHeight: '14rem', maxHeight: '60vh', fontFamily: 'var(--font-code)', lineHeight: '1.55' },
  '.cm-content': { padding: '0.75rem 0', caretColor: 'var(--ink)' },
  '.cm-gutters': { color: 'var(--ink-soft)', backgroundColor: 'transparent', border: 'none' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', color: 'inherit' },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: tags.function(tags.variableName), color: 'var(--accent)' },
]);
