import { SignedOutError, UnavailableError } from '../errors.ts';
import { post, requestTokens, type TokenRequest } from '../token-endpoint.ts';
import type { Transport, TransportOptions } from './transport.ts';

/** How long a request that a person waits for may take, in milliseconds. */
const patience = 30_000;

/** The refresh token is in the issuer's HttpOnly cookie: for apps on the issuer's own site. No script ever sees it. */
export function cookieTransport({ issuer, clientId }: TransportOptions): Transport {
  const request = (parameters: Record<string, unknown>): TokenRequest => ({
    body: JSON.stringify({ client_id: clientId, ...parameters }),
    headers: { 'Content-Type': 'application/json' },
    credentials: 'include',
  });
  const ask = (path: string, timeout: number, parameters: Record<string, unknown>) =>
    requestTokens(`${issuer}/session/${path}`, timeout, 'bearer', request(parameters));

  return {
    redeem: (code, code_verifier, redirect_uri) =>
      ask('token', patience, { code, code_verifier, redirect_uri }),
    refresh: (withUser, timeout) => ask('refresh', timeout, withUser ? { user: true } : {}),
    async authorize(request, accessToken) {
      request.headers.set('Authorization', `Bearer ${accessToken}`);
    },
    async signOut(everywhere) {
      // `keepalive`: the page may be closed at once.
      const init = { ...request({}), keepalive: true };
      const answer = await post(`${issuer}/session/logout${everywhere ? '-all' : ''}`, patience, init).catch(
        () => undefined,
      );
      // 401: this browser holds nothing that says whose sessions are to end.
      if (answer?.status === 401) throw new SignedOutError('no_session');
      if (!answer?.ok) throw new UnavailableError(Date.now());
      return undefined;
    },
  };
}
