import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/landing.css';
import './styles/shell.css';
import './styles/thread.css';
import './styles/dock.css';
import './styles/pages.css';
import './styles/admin.css';
import './styles/practice.css';
import './styles/shop.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
