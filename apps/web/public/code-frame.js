// The inside of the frame that practice code runs in (src/practice/run-code.ts). A plain file, because the frame has no origin
// and could not load a module. The worker can be ended in the middle of an endless loop; a frame could not.
const ENDS = ['done', 'missing'];
/** A program that says more than this is only making noise. */
const MOST_MESSAGES = 1_000;

addEventListener(
  'message',
  ({ data: { text, limitMs }, ports: [port] }) => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    const worker = new Worker(url);
    let messages = 0;
    const end = (message) => {
      clearTimeout(timer);
      worker.terminate();
      URL.revokeObjectURL(url);
      port.postMessage(message);
    };
    const timer = setTimeout(() => end({ type: 'late' }), limitMs);
    worker.onmessage = ({ data }) => {
      if ((messages += 1) > MOST_MESSAGES) end({ type: 'late' });
      else if (ENDS.includes(data?.type)) end(data);
      else if (data?.type === 'log' || data?.type === 'test') port.postMessage(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end({ type: 'broken', message: event.message, line: event.lineno });
    };
  },
  { once: true },
);
