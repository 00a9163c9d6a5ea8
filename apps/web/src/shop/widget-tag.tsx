import { useEffect, useRef } from 'react';

/** What `/widget.js` makes of the element; see apps/widget. */
export interface WidgetElement extends HTMLElement {
  getToken?: (wish: { refused: boolean }) => Promise<string | undefined>;
  context?: () => Record<string, unknown>;
}

interface WidgetTagProps {
  heading: string;
  welcome: string;
  theme: 'light' | 'dark';
  /** The sign-in of the visitor; undefined for a guest. Has to be stable. */
  getToken: WidgetElement['getToken'];
  /** Asked at each question. */
  context: () => Record<string, unknown>;
}

/** The widget as any shop has it on its page: its element, and the one script. */
export function WidgetTag({ getToken, context, theme, heading, welcome }: WidgetTagProps) {
  const place = useRef<HTMLDivElement>(null);
  const element = useRef<WidgetElement>(null);

  useEffect(() => {
    if (document.querySelector('script[src="/widget.js"]') === null) {
      const script = document.createElement('script');
      script.src = '/widget.js';
      document.head.append(script);
    }
    const widget: WidgetElement = document.createElement('parley-widget');
    element.current = widget;
    place.current?.append(widget);
    return () => widget.remove();
  }, []);

  useEffect(() => {
    for (const [name, value] of Object.entries({ theme, heading, welcome })) element.current?.setAttribute(name, value);
  }, [theme, heading, welcome]);
  useEffect(() => void Object.assign(element.current ?? {}, { context }), [context]);
  useEffect(() => void Object.assign(element.current ?? {}, { getToken }), [getToken]);
  return <div ref={place} />;
}
