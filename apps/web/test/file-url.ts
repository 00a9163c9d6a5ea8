/** Stands for a file that Vite would build; tests do not load it. */
export default '/assets/file.js';
