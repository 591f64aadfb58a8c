import { type AuthEvent, createAuth, SignedOutError, type User } from 'portcullis/client';

const auth = createAuth({
  issuer: location.origin,
  clientId: 'demo',
  redirectUri: `${location.origin}/demo/`,
  resource: `${location.origin}/demo/api`,
  scope: 'openid profile email demo:read',
});

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found;
};

let refreshes = 0;
let expiresAt = 0;

/** Says it to everybody, screen readers included, and writes it down. */
function report(text: string): void {
  element('status').textContent = text;
  const entry = document.createElement('li');
  const time = document.createElement('time');
  time.dateTime = new Date().toISOString();
  time.textContent = new Date().toLocaleTimeString();
  entry.append(time, ` ${text}`);
  element('log').prepend(entry);
}

function show(user: User | undefined): void {
  element('signed-in').hidden = !user;
  element('signed-out').hidden = Boolean(user);
  element('name').textContent = user?.name ?? user?.sub ?? '';
  element('email').textContent = user?.email ?? '';
  if (!user) element('api-answer').hidden = true;
}

function showToken(): void {
  const seconds = Math.max(0, Math.round((expiresAt - Date.now()) / 1000));
  const left = `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  element('expires').setAttribute('datetime', new Date(expiresAt).toISOString());
  element('expires').textContent =
    seconds > 0 ? `${new Date(expiresAt).toLocaleTimeString()}, in ${left}` : 'now: the next call renews it';
  element('refreshed').textContent = refreshes === 1 ? 'once' : `${refreshes} times`;
}
setInterval(showToken, 1000);

// Why a session ended, in this app's own words.
const reasons: Record<string, string> = {
  sign_out: 'You signed out of this browser.',
  sign_out_everywhere: 'You signed out everywhere.',
  session_ended: 'The sign-in that it belonged to ended.',
  idle_expiry: 'You were away for a long time.',
  absolute_expiry: 'You were signed in for as long as that is allowed.',
  reuse:
    'A copy of your refresh token was used. Somebody may have stolen it, so everything it gave access to ended.',
  user_changed: 'Somebody else signed in in another tab.',
};

function because(reason: string | undefined): void {
  element('reason').textContent = reason ?? '';
  element('reason').hidden = !reason;
}

auth.onChange((event: AuthEvent) => {
  show(auth.user());
  switch (event.type) {
    case 'signed_in':
      because(undefined);
      expiresAt = event.expiresAt;
      showToken();
      return report('Signed in.');
    case 'refreshed':
      refreshes++;
      expiresAt = event.expiresAt;
      showToken();
      return report('The access token was refreshed.');
    case 'signed_out':
      if (event.error instanceof SignedOutError) {
        because(reasons[event.error.reason ?? ''] ?? `You were signed out: ${event.error.message}.`);
      } else if (event.error) {
        because(`You were signed out: ${event.error.message}.`);
      }
      return report('Signed out.');
    case 'signed_in_elsewhere':
      because('You signed in in another tab. “Sign in” follows without a question.');
      return report('Signed in in another tab.');
  }
});

/** Runs a button's action; whatever goes wrong is said in words. */
function onClick(id: string, action: () => Promise<void>): void {
  element(id).addEventListener('click', () => {
    action().catch((error: unknown) => {
      // Of a session that ended, the listener above has told already.
      if (!(error instanceof SignedOutError)) report(`That did not work: ${(error as Error).message}.`);
    });
  });
}

onClick('sign-in', () => auth.signIn());
onClick('sign-out', () => auth.signOut());
onClick('sign-out-everywhere', () => auth.signOutEverywhere());
onClick('refresh', async () => {
  await auth.getAccessToken({ refresh: true });
});
onClick('call-api', async () => {
  const response = await auth.fetch('/demo/api/me');
  const answer = element('api-answer');
  answer.textContent = JSON.stringify(await response.json(), null, 2);
  answer.hidden = false;
  report(`The API answered ${response.status}.`);
});

try {
  const user = await auth.handleRedirect();
  if (!user) {
    show(undefined);
    report('Nobody is signed in.');
  }
} catch (error) {
  show(undefined);
  because(`Signing in did not work: ${(error as Error).message}.`);
  report('Signing in did not work.');
}
