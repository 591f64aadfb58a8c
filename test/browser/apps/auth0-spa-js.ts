import { type Auth0Client, createAuth0Client } from '@auth0/auth0-spa-js';
import type { Told } from '../library-app.ts';

// A small app around @auth0/auth0-spa-js, as its documentation has it. Its tests press the buttons that it does not have.

declare const ISSUER: string;
declare global {
  interface Window {
    auth0: {
      client: Auth0Client;
      /** What came of the sign-in that the address brought. */
      outcome: { appState?: unknown; error?: Told };
      told(error: unknown): Told;
    };
  }
}

const address = location.origin + location.pathname;
const clientId = location.pathname.split('/')[1] ?? '';
const told = (error: unknown): Told => ({
  message: (error as Error).message,
  error: (error as { error?: string }).error,
});

const client = await createAuth0Client({
  domain: new URL(ISSUER).host,
  issuer: ISSUER,
  clientId,
  useRefreshTokens: true,
  cacheLocation: clientId === 'localstorage' ? 'localstorage' : 'memory',
  authorizationParams: {
    redirect_uri: address,
    audience: 'https://api.test/',
    scope: 'profile email',
    // getUser() reads the ID token, where a claim stands if it was asked for.
    claims: JSON.stringify({ id_token: { name: null, email: null } }),
  },
});

async function outcomeOf(parameters: URLSearchParams): Promise<Window['auth0']['outcome']> {
  if (!parameters.has('state')) return {};
  try {
    return await client.handleRedirectCallback();
  } catch (error) {
    return { error: told(error) };
  } finally {
    history.replaceState(null, '', address);
  }
}

window.auth0 = { client, outcome: await outcomeOf(new URLSearchParams(location.search)), told };
document.title = 'ready';
