import {
  type Auth,
  type AuthEvent,
  createAuth,
  type PageOptions,
  SignedOutError,
  type User,
} from 'portcullis/client';
import { createAuth as createGateAuth } from 'portcullis/client/gate';

// The same app three times, each with another way to stay signed in. An app of your own needs one of them.
const issuer = location.origin;
// The log survives the way to the sign-in page and back.
const page: PageOptions = {
  saveState: () => [...element('log').children].map((entry) => entry.textContent),
  restoreState: (state) => {
    for (const text of state as string[]) element('log').append(entryOf(text));
  },
};
const shared = {
  ...page,
  issuer,
  resource: `${issuer}/demo/api`,
  scope: 'openid profile email demo:read',
};
const ways: Record<string, { auth: () => Auth; words: string }> = {
  '/demo/': {
    auth: () => createAuth({ ...shared, clientId: 'demo', redirectUri: `${issuer}/demo/` }),
    words:
      'The refresh token is in a cookie of the issuer that no script can read. The page holds an access token, in memory.',
  },
  '/demo/key-bound/': {
    auth: () =>
      createAuth({
        ...shared,
        clientId: 'demo-key-bound',
        redirectUri: `${issuer}/demo/key-bound/`,
        transport: 'dpop',
      }),
    words: 'Every token is bound to a key that cannot leave this browser. It works from any site.',
  },
  '/demo/behind-the-gate/': {
    auth: () => createGateAuth(page),
    words: 'There is no token in this page at all: the gate in front of it knows this browser by its cookie.',
  },
};
const here = Object.hasOwn(ways, location.pathname) ? location.pathname : '/demo/';
const { auth: create, words } = ways[here] as (typeof ways)[string];
const auth = create();

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found;
}

element('transport').textContent = words;
document.querySelector(`.transports a[href="${here}"]`)?.setAttribute('aria-current', 'page');

let refreshes = 0;
let expiresAt: number | undefined;

function entryOf(...content: (Node | string)[]): HTMLElement {
  const entry = document.createElement('li');
  entry.append(...content);
  return entry;
}

/** Says it to everybody, screen readers included, and writes it down. */
function report(text: string): void {
  element('status').textContent = text;
  const time = document.createElement('time');
  time.dateTime = new Date().toISOString();
  time.textContent = new Date().toLocaleTimeString();
  element('log').prepend(entryOf(time, ` ${text}`));
}

function show(user: User | undefined): void {
  element('signed-in').hidden = !user;
  element('signed-out').hidden = Boolean(user);
  element('name').textContent = user?.name ?? user?.sub ?? '';
  element('email').textContent = user?.email ?? '';
  if (!user) element('api-answer').hidden = true;
}

function showToken(): void {
  element('token').hidden = expiresAt === undefined;
  if (expiresAt === undefined) return;
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
  no_session: 'This browser holds no sign-in any more.',
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
  const response = await auth.fetch(`${shared.resource}/me`);
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
