/** `<script src="https://parley.example.com/widget.js" async></script>`: defines `<parley-widget>`. */
import { defineWidget } from './widget-element';

// A classic script knows where it was loaded from: that is where Parley is.
const script = document.currentScript as HTMLScriptElement | null;
defineWidget(new URL('.', script?.src || location.href).href);
