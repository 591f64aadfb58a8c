import { ErrorResponse, IndexedDbDPoPStore, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import type { Told } from '../library-app.ts';

// A small app around oidc-client-ts, as its documentation has it. Its tests press the buttons that it does not have.

declare const ISSUER: string;
declare global {
  interface Window {
    oidc: {
      manager: UserManager;
      /** What came of the sign-in or sign-out that the address brought. */
      outcome: { state?: unknown; error?: Told };
      /** Of renewals that the library began by itself. */
      renewalErrors: Told[];
      userInfo(accessToken?: string): Promise<{ status: number; body: Record<string, unknown> }>;
      told(error: unknown): Told;
    };
  }
}

const address = location.origin + location.pathname;
const clientId = location.pathname.split('/')[1] ?? '';
const manager = new UserManager({
  authority: ISSUER,
  client_id: clientId,
  redirect_uri: address,
  post_logout_redirect_uri: address,
  // A refresh token comes without offline_access, too: it ends with the session then.
  scope: `openid profile email${clientId === 'dpop' ? ' offline_access' : ''}`,
  // UserInfo has the person's claims. The library cannot ask it with a bound token.
  loadUserInfo: clientId !== 'dpop',
  userStore: new WebStorageStateStore({ store: localStorage }),
  // `brief` renews by itself, two seconds after it got a token.
  automaticSilentRenew: clientId === 'brief',
  accessTokenExpiringNotificationTimeInSeconds: 28,
  ...(clientId === 'dpop' && {
    dpop: { bind_authorization_code: true, store: new IndexedDbDPoPStore() },
    extraQueryParams: { claims: JSON.stringify({ id_token: { name: null, email: null } }) },
    // What has offline_access would outlive the sign-out.
    revokeTokensOnSignout: true,
  }),
});

const told = (error: unknown): Told => ({
  message: (error as Error).message,
  error: error instanceof ErrorResponse ? (error.error ?? undefined) : undefined,
});

/** Calls a resource as the documentation says, with the nonce that it asks for. */
async function userInfo(accessToken?: string) {
  const url = `${ISSUER}/oauth/userinfo`;
  const user = await manager.getUser();
  if (!user) throw new Error('nobody is signed in');
  const ask = async (nonce?: string) => {
    const proof = await manager.dpopProof(url, user, 'GET', nonce);
    return fetch(url, {
      headers: {
        Authorization: `${user.token_type} ${accessToken ?? user.access_token}`,
        ...(proof !== undefined && { DPoP: proof }),
      },
    });
  };
  const first = await ask();
  const nonce = first.headers.get('DPoP-Nonce');
  const response = nonce === null ? first : await ask(nonce);
  return { status: response.status, body: await response.json() };
}

async function outcomeOf(parameters: URLSearchParams): Promise<Window['oidc']['outcome']> {
  if (!parameters.has('state')) return {};
  try {
    if (!parameters.has('code') && !parameters.has('error'))
      return { state: (await manager.signoutCallback())?.userState };
    return { state: (await manager.signinCallback())?.state };
  } catch (error) {
    return { error: told(error) };
  } finally {
    history.replaceState(null, '', address);
  }
}

const renewalErrors: Told[] = [];
manager.events.addSilentRenewError((error) => {
  renewalErrors.push(told(error));
});
const outcome = await outcomeOf(new URLSearchParams(location.search));
window.oidc = { manager, outcome, renewalErrors, userInfo, told };
document.title = 'ready';
