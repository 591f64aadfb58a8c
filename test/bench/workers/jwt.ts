import { configOf } from '../../../src/config/configured.ts';
import { rootSecrets } from '../../../src/crypto/root-secret.ts';
import type { Environment } from '../../../src/environment.ts';
import { createKeys, type Keys } from '../../../src/keys/keys.ts';
import { verifier } from '../../../src/verify/index.ts';

// Signing and verifying as the issuer and a resource server do it, beside Web Crypto with nothing around it. A
// request does it many times over, so that what is measured is not the request.

// The whole Worker, since the key ring takes its policy from the configuration.
export { KeyRingObject } from '../../../src/worker.ts';

const issuer = 'http://localhost';
const audience = 'http://localhost/demo/api';
const algorithm = { name: 'ECDSA', hash: 'SHA-256' } as const;

const claims = (index: number) => {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    sub: 'AAAAAAAAAAAAAAAAAAAAAA',
    aud: [audience, issuer],
    exp: now + 300,
    iat: now,
    jti: `AAAAAAAAAAA.${index}`,
    client_id: 'demo',
    scope: 'openid profile email demo:read',
    sid: 'AAAAAAAAAAA',
    auth_time: now,
  };
};

/** As long as such a token's header and claims. */
const bytes = new TextEncoder().encode('x'.repeat(500));

let made: Promise<CryptoKeyPair> | undefined;
const keyPair = (): Promise<CryptoKeyPair> => {
  made ??= crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ]) as Promise<CryptoKeyPair>;
  return made;
};
let keys: Keys | undefined;
let tokens: string[] = [];
let signature: ArrayBuffer | undefined;

const work: Record<string, (keys: Keys, count: number) => Promise<void>> = {
  async '/sign'(keys, count) {
    for (let index = 0; index < count; index++) await keys.sign('ES256', 'at+jwt', claims(index));
  },
  async '/verify'(keys, count) {
    // A new one each time: it remembers nothing, and every signature is checked.
    const verify = verifier({ issuer, audience, keys: () => keys.jwks() });
    for (const token of tokens.slice(0, count)) {
      if (!(await verify(token)).ok) throw new Error('a good token was refused');
    }
  },
  async '/raw-sign'(_, count) {
    const { privateKey } = await keyPair();
    for (let index = 0; index < count; index++)
      signature = await crypto.subtle.sign(algorithm, privateKey, bytes);
  },
  async '/raw-verify'(_, count) {
    const { privateKey, publicKey } = await keyPair();
    signature ??= await crypto.subtle.sign(algorithm, privateKey, bytes);
    for (let index = 0; index < count; index++) {
      if (!(await crypto.subtle.verify(algorithm, publicKey, signature, bytes)))
        throw new Error('a good signature was refused');
    }
  },
};

export default {
  async fetch(request, environment) {
    keys ??= createKeys({
      ring: environment.KEY_RING,
      cache: environment.JWKS_CACHE,
      context: configOf(environment),
      secrets: await rootSecrets(environment),
    });
    const { pathname, searchParams } = new URL(request.url);
    const count = Number(searchParams.get('count'));
    if (pathname === '/verify' && tokens.length < count) {
      const own = keys;
      tokens = await Promise.all(
        Array.from({ length: count }, (_, index) => own.sign('ES256', 'at+jwt', claims(index))),
      );
    }
    await work[pathname]?.(keys, count);
    return new Response();
  },
} satisfies ExportedHandler<Environment>;
