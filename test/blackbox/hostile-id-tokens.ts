import { generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { HostileProvider } from './hostile-provider.ts';

const other = await generateKeyPair('RS256');

type Make = (provider: HostileProvider, nonce: string) => Promise<string | undefined> | string | undefined;

const changed =
  (changes: JWTPayload, header: object = {}): Make =>
  (provider, nonce) =>
    provider.idToken(nonce, changes, header);
const past = Math.floor(Date.now() / 1000) - 3600;
const unsigned =
  (alg: string): Make =>
  async (provider, nonce) => {
    const [, payload] = (await provider.idToken(nonce)).split('.');
    return `${btoa(JSON.stringify({ alg, kid: 'k' })).replaceAll('=', '')}.${payload}.`;
  };
/** ID tokens of which none may sign anybody in, by what is wrong with them. */
export const badIdTokens: [string, Make][] = [
  ['of another issuer', changed({ iss: 'http://localhost:1' })],
  ['without an issuer', changed({ iss: undefined as never })],
  ['for another client', changed({ aud: 'another' })],
  ['for two, and not ours to use', changed({ aud: ['edge-gate', 'another'], azp: 'another' })],
  ['for two, and no word whose it is', changed({ aud: ['edge-gate', 'another'] })],
  ['authorized for another', changed({ azp: 'another' })],
  ['of another sign-in', changed({ nonce: 'another' })],
  ['of no sign-in', changed({ nonce: undefined })],
  ['that is over', changed({ iat: past, exp: past + 60 })],
  ['that never ends', changed({ exp: undefined as never })],
  ['without a subject', changed({ sub: undefined as never })],
  ['with an empty subject', changed({ sub: '' })],
  ['with an endless subject', changed({ sub: 'x'.repeat(256) })],
  ['with a subject that JSON makes long', changed({ sub: '"'.repeat(200) })],
  ['with a subject beyond ASCII', changed({ sub: 'adä' })],
  ['with a critical header', changed({}, { crit: ['b64'], b64: true })],
  ['without a signature', unsigned('none')],
  ['whose signature was cut off', unsigned('RS256')],
  ['by a key of another', (provider, nonce) => provider.idToken(nonce, {}, {}, other.privateKey)],
  [
    'by a key that nobody knows',
    (provider, nonce) => provider.idToken(nonce, {}, { kid: 'x' }, other.privateKey),
  ],
  [
    'by our public key as a shared secret',
    (provider, nonce) =>
      new SignJWT({
        iss: provider.issuer,
        aud: 'edge-gate',
        sub: 'ada',
        nonce,
        iat: past,
        exp: past + 9999,
      })
        .setProtectedHeader({ alg: 'HS256', kid: 'k' })
        .sign(new TextEncoder().encode(provider.publicJwk.n)),
  ],
  [
    'by an algorithm that is not allowed',
    async (provider, nonce) => {
      const { privateKey } = await generateKeyPair('PS256');
      return provider.idToken(nonce, {}, { alg: 'PS256' }, privateKey);
    },
  ],
  ['that is none', () => 'garbage'],
  ['that is not there', () => undefined],
];
