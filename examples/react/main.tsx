import { createAuth } from 'portcullis/client';
import { AuthProvider } from 'portcullis/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { api, issuer } from './issuer.ts';
import './style.css';

// Once, outside of every component. The refresh token is in a cookie of the issuer's that no script sees: for an app on the
// issuer's own site. On another one the SDK takes a key of the browser instead; see the vanilla example.
const auth = createAuth({
  issuer,
  clientId: 'example-react',
  redirectUri: `${location.origin}/`,
  resource: api,
  scope: 'openid profile email',
});

const container = document.getElementById('app');
if (!container) throw new Error('index.html has no #app');
createRoot(container).render(
  <StrictMode>
    <AuthProvider auth={auth} fallback={<p role="status">Looking whether you are signed in…</p>}>
      <App />
    </AuthProvider>
  </StrictMode>,
);
