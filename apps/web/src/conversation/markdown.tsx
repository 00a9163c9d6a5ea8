import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';

/**
 * An answer's markdown. Raw HTML stays text, links open apart and tell the other page nothing, and nothing is loaded from
 * elsewhere: an image becomes the words that stand for it.
 */
const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  img: ({ alt }) => <span className="no-image">[{alt === undefined || alt === '' ? 'image' : alt}]</span>,
  // Wide content scrolls by itself, for the keyboard too.
  pre: ({ children }) => (
    <pre tabIndex={0} role="region" aria-label="Code">
      {children}
    </pre>
  ),
  table: ({ children }) => (
    <div className="table" tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  // The page has its own first heading; what answers begin with is under it, without a gap.
  h1: ({ children }) => <h2>{children}</h2>,
};
const plugins = [remarkGfm];

export default function Markdown({ text }: { text: string }) {
  return (
    <ReactMarkdown components={components} remarkPlugins={plugins}>
      {text}
    </ReactMarkdown>
  );
}
