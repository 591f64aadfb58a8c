import { base64url, randomValue, sha256 } from '../encoding.ts';
import { UnavailableError } from '../errors.ts';
import { idTokenClaims, type User } from '../id-token.ts';
import { post, requestTokens, type TokenAnswer } from '../token-endpoint.ts';
import { type Kept, keyStore } from './key-store.ts';
import { nothingThere, type Transport, type TransportOptions } from './transport.ts';

const redemptionTimeout = 30_000;
/** How long a sign-out waits for the revocation before it goes on, in milliseconds. */
const revocationTimeout = 3_000;

const encoder = new TextEncoder();
const encode = (value: unknown): string => base64url(encoder.encode(JSON.stringify(value)));

/** The required members of the public key alone, in the order that its thumbprint has them in (RFC 7638 §3.2). */
async function publicJwk({ publicKey }: CryptoKeyPair) {
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  return { crv, kty, x, y };
}

async function seal(sealKey: CryptoKey, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, sealKey, encoder.encode(text));
  return new Uint8Array([...iv, ...new Uint8Array(sealed)]);
}

/** The refresh token; none is there, too, where what is stored cannot be opened. */
async function unseal({ sealKey, refreshToken }: Kept): Promise<string | undefined> {
  if (!refreshToken) return undefined;
  const [iv, sealed] = [refreshToken.subarray(0, 12), refreshToken.subarray(12)];
  try {
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, sealKey, sealed));
  } catch {
    return undefined;
  }
}

/**
 * The refresh token is in this browser, bound to a key that cannot leave it (RFC 9449): for apps on any site. What is
 * stored is sealed, so that whatever dumps storage finds no token; whoever takes one along all the same cannot use it.
 */
export function dpopTransport({ issuer, clientId, name }: TransportOptions): Transport {
  const kept = keyStore(name);
  /** The nonce for the next proof, by the origin that asks for one (RFC 9449 §8, §9). */
  const nonces = new Map<string, string>();
  /** How far the servers' clock is ahead of ours, in milliseconds: a proof must be of just now. */
  let skew = 0;
  let seen = -1;

  /** Takes over what another tab, or a page before this one, found out from the issuer. */
  function learn<T extends Kept | undefined>(found: T): T {
    if (!found || found.serial === seen) return found;
    seen = found.serial;
    skew = found.skew ?? skew;
    if (found.nonce) nonces.set(issuer, found.nonce);
    return found;
  }

  /** @returns whether the clock has to be put right by what a server says, in milliseconds since the epoch. */
  function setClock(now: number): boolean {
    const before = skew;
    skew = now - Date.now();
    return Math.abs(skew - before) > 5_000;
  }

  /** @returns whether the server named another nonce than before. */
  function takeNonce(response: Response): boolean {
    const nonce = response.headers.get('DPoP-Nonce');
    if (nonce === null) return false;
    const { origin } = new URL(response.url);
    const news = nonces.get(origin) !== nonce;
    nonces.set(origin, nonce);
    return news;
  }

  /** RFC 9449 §4.2. */
  async function proof(keys: CryptoKeyPair, method: string, url: string, token?: string): Promise<string> {
    const { origin, pathname } = new URL(url);
    const nonce = nonces.get(origin);
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: await publicJwk(keys) };
    const claims = {
      jti: randomValue(),
      htm: method,
      htu: origin + pathname,
      iat: Math.floor((Date.now() + skew) / 1000),
      ...(nonce && { nonce }),
      ...(token && { ath: await sha256(token) }),
    };
    const signed = `${encode(header)}.${encode(claims)}`;
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(algorithm, keys.privateKey, encoder.encode(signed));
    return `${signed}.${base64url(new Uint8Array(signature))}`;
  }

  const endpoint = `${issuer}/oauth/token`;

  async function ask(
    { proofKeys }: Kept,
    timeout: number,
    parameters: Record<string, string>,
  ): Promise<TokenAnswer> {
    for (let again = false; ; again = true) {
      let mended = false;
      const answer = await requestTokens(
        endpoint,
        timeout,
        'dpop',
        {
          body: new URLSearchParams({ client_id: clientId, ...parameters }),
          headers: { DPoP: await proof(proofKeys, 'POST', endpoint) },
        },
        (response, issuerNow) => {
          const [nonce, clock] = [takeNonce(response), setClock(issuerNow)];
          mended = nonce || clock;
        },
      );
      // A proof without the nonce, or by a clock that is hours off: both are known from the answer itself.
      const proofRefused = answer.kind === 'refused' && /dpop/.test(answer.error);
      if (!proofRefused || !mended || again) return answer;
    }
  }

  /** Keeps what an answer brought before anything else happens: the token before it may be good once only. */
  async function keep(before: Kept, answer: TokenAnswer, newSignIn = false): Promise<TokenAnswer> {
    if (answer.kind !== 'tokens') return answer;
    const { refresh_token: token, id_token: idToken = before.idToken } = answer.response;
    const refreshToken = token === undefined ? before.refreshToken : await seal(before.sealKey, token);
    await kept.write({ ...before, refreshToken, idToken, skew, nonce: nonces.get(issuer) }, newSignIn);
    return answer;
  }

  /** RFC 7009. `keepalive`: the page may be left at once. Never throws. @returns whether there is nothing left to revoke. */
  async function revoke(before: Kept | undefined): Promise<boolean> {
    const token = before && (await unseal(before));
    if (!token) return true;
    const body = new URLSearchParams({ token, token_type_hint: 'refresh_token', client_id: clientId });
    const sent = post(`${issuer}/oauth/revoke`, revocationTimeout, { body, keepalive: true });
    return (await sent.catch(() => undefined))?.ok ?? false;
  }

  return {
    async parameters(): Promise<Record<string, string>> {
      const { proofKeys } = await kept.readOrMake();
      // The page that comes back will have keys of its own: PKCE alone then keeps the code from others.
      if (!kept.lasts()) return {};
      // RFC 9449 §10: the code is good with this key only.
      return { dpop_jkt: await sha256(JSON.stringify(await publicJwk(proofKeys))) };
    },

    async redeem(code, code_verifier, redirect_uri) {
      const before = learn(await kept.readOrMake());
      const parameters = { grant_type: 'authorization_code', code, code_verifier, redirect_uri };
      const answer = await ask(before, redemptionTimeout, parameters);
      // The family of the sign-in before must not live on where nobody can reach it.
      if (answer.kind === 'tokens') void revoke(before);
      return keep({ ...before, refreshToken: undefined }, answer, true);
    },

    async refresh(withUser, timeout) {
      // Read anew each time: another tab may have been here, and its token is the one that counts.
      const before = learn(await kept.read());
      if (!before?.idToken) return nothingThere;
      const token = await unseal(before);
      if (!token) return nothingThere;
      const parameters = { grant_type: 'refresh_token', refresh_token: token };
      const answer = await keep(before, await ask(before, timeout, parameters));
      if (answer.kind !== 'tokens') return answer;
      // It was judged when the person signed in; in another tab that may have been somebody else.
      const user = idTokenClaims(before.idToken) as User;
      return { ...answer, response: { sub: user.sub, ...(withUser && { user }), ...answer.response } };
    },

    async authorize({ method, url, headers }, accessToken) {
      const { proofKeys } = learn(await kept.readOrMake());
      headers.set('Authorization', `DPoP ${accessToken}`);
      headers.set('DPoP', await proof(proofKeys, method, url, accessToken));
    },

    wantsAgain(response) {
      const nonce = takeNonce(response);
      const clock = response.status === 401 && Date.parse(response.headers.get('Date') ?? '');
      // The proof was without the nonce, or of another time than the server's.
      return response.status === 401 && ((clock && setClock(clock)) || nonce);
    },

    async signOut(): Promise<Record<string, string>> {
      const before = await kept.read();
      // Kept until then, so that it can be tried again.
      if (!(await revoke(before))) throw new UnavailableError(Date.now());
      await kept.clear();
      return before?.idToken ? { id_token_hint: before.idToken } : {};
    },
  };
}
