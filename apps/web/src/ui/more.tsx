import { Notice } from './notice';

interface MoreProps {
  pages: { more?: () => void; failure?: string };
  label: string;
}

/** The way to what is older, where there is any. */
export function More({ pages: { more, failure }, label }: MoreProps) {
  return (
    <>
      {failure !== undefined && <Notice>{failure}</Notice>}
      {more !== undefined && (
        <button type="button" className="button button-plain" onClick={more}>
          {label}
        </button>
      )}
    </>
  );
}
