/// <reference types="vite/client" />

// vite/client knows `*?worker&url` for files beside the importer; this one is an alias (vite.config.ts).
declare module '@parley/client/audio-worklet?worker&url' {
  const url: string;
  export default url;
}
