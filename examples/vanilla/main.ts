import './style.css';
import { createAuth, SignedOutError, UnavailableError } from 'portcullis/client';

const issuer = import.meta.env.VITE_PORTCULLIS_ISSUER ?? 'http://localhost:8787';
const api = `${issuer}/demo/api`;

const auth = createAuth({
  issuer,
  clientId: 'example-vanilla',
  redirectUri: `${location.origin}/`,
  resource: api,
  scope: 'openid profile email',
  // The refresh token is bound to a key of this browser: this runs on any site. An app on the issuer's own site can leave
  // it out, and the refresh token is in a cookie that no script sees.
  transport: 'dpop',
});

// Why a session ended, in this app's own words.
const reasons: Record<string, string> = {
  sign_out_everywhere: 'You signed out everywhere.',
  session_ended: 'Your session ended.',
  idle_expiry: 'You were away for a long time.',
  absolute_expiry: 'You were signed in for as long as that is allowed.',
  reuse: 'A copy of your sign-in was used, perhaps by a thief, so it was ended.',
  user_changed: 'Somebody else signed in in another tab.',
};

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found;
};

function show(error?: unknown): void {
  const user = auth.user();
  element('status').textContent = user ? 'Signed in' : 'Signed out';
  element('signed-in').hidden = !user;
  element('signed-out').hidden = Boolean(user);
  element('name').textContent = user?.name ?? user?.sub ?? '';
  element('email').textContent = user?.email ?? '';
  if (!user) element('answer').hidden = true;
  const reason = error instanceof SignedOutError ? reasons[error.reason ?? ''] : undefined;
  element('reason').textContent =
    reason ?? (error instanceof Error ? `That did not work: ${error.message}.` : '');
  element('reason').hidden = !error;
  element('retry').hidden = !(error instanceof UnavailableError);
}

function onClick(id: string, action: () => Promise<unknown>): void {
  element(id).addEventListener('click', () => void action().catch(show));
}

async function start(): Promise<void> {
  // Completes a sign-in, or takes up the session that this browser has.
  const user = await auth.handleRedirect();
  // Otherwise the listener has shown who it is, or why it is nobody any more.
  if (!user && element('signed-out').hidden) show();
}

auth.onChange((event) => show(event.type === 'signed_out' ? event.error : undefined));
onClick('sign-in', () => auth.signIn());
onClick('sign-out', () => auth.signOut());
onClick('sign-out-everywhere', () => auth.signOutEverywhere());
onClick('retry', start);
onClick('call', async () => {
  const response = await auth.fetch(`${api}/me`);
  element('answer').textContent = JSON.stringify(await response.json(), null, 2);
  element('answer').hidden = false;
});

start().catch(show);
