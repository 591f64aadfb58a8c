import { createRemoteJWKSet, customFetch, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { verifier } from '../../../src/verify/index.ts';

// Tokens checked by our verifier and by jose's, with the same keys, rules and options. A request checks many, so that
// what is measured is not the request.

const issuer = 'https://issuer.test';
const audience = 'https://api.test';
const jwksUri = `${issuer}/.well-known/jwks.json`;
const COUNT = 200;

async function prepare() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const set = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key', alg: 'ES256', use: 'sig' }] };
  const now = Math.floor(Date.now() / 1000);
  const tokens = await Promise.all(
    Array.from({ length: COUNT }, (_, index) =>
      new SignJWT({
        iss: issuer,
        sub: 'AAAAAAAAAAAAAAAAAAAAAA',
        aud: [audience, issuer],
        exp: now + 3600,
        iat: now,
        jti: `AAAAAAAAAAA.${index}`,
        client_id: 'demo',
        scope: 'openid profile email demo:read',
        sid: 'AAAAAAAAAAA',
        auth_time: now,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'key' })
        .sign(privateKey),
    ),
  );
  // Both get their keys from here: no network is measured.
  const fetch = async () => Response.json(set);
  return { tokens, fetch, verify: verifier({ issuer, audience, jwksUri, fetch }) };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

const work: Record<string, (prepared: Prepared) => Promise<void>> = {
  // A new one each time, as on the other side: it remembers nothing, and every signature is checked.
  async '/first'({ tokens, fetch }) {
    const verify = verifier({ issuer, audience, jwksUri, fetch });
    for (const token of tokens) {
      if (!(await verify(token)).ok) throw new Error('a good token was refused');
    }
  },
  async '/repeated'({ tokens, verify }) {
    for (const token of tokens) {
      if (!(await verify(token)).ok) throw new Error('a good token was refused');
    }
  },
  async '/jose'({ tokens, fetch }) {
    const keys = createRemoteJWKSet(new URL(jwksUri), { [customFetch]: fetch });
    const options = {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['sub', 'exp'],
      clockTolerance: 5,
    };
    for (const token of tokens) await jwtVerify(token, keys, options);
  },
};

let prepared: Promise<Prepared> | undefined;

export default {
  async fetch(request) {
    prepared ??= prepare();
    await work[new URL(request.url).pathname]?.(await prepared);
    return new Response(String(COUNT));
  },
} satisfies ExportedHandler;
