import { describe, expect, it } from 'vitest';
import {
  type AssertionUse,
  assertionVerifier,
  publicUrl,
  type RequestAssertionOptions,
} from '../../src/verify/index.ts';
import { audience, issuer, jwkSet, seconds, token } from './issuer.ts';

const address = 'https://app.test/orders/1';
const header = { typ: 'portcullis-assertion+jwt' };
const query = '?a=1&b=%2F';
/** base64url of the SHA-256 of the query. */
const queryHash = await crypto.subtle
  .digest('SHA-256', new TextEncoder().encode(query))
  .then((hash) => btoa(String.fromCharCode(...new Uint8Array(hash))))
  .then((text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''));

const bound = (claims: Record<string, unknown> = {}) =>
  token({ header, claims: { jti: 'once', htm: 'GET', htu: address, exp: seconds() + 10, ...claims } });
const options = { issuer, audience, keys: async () => jwkSet };
const verifierOf = (changes: Partial<RequestAssertionOptions> = {}) =>
  assertionVerifier({ ...options, request: true, ...changes });
const verify = verifierOf();

describe('an assertion that is bound to its request', () => {
  it('is good for that request', async () => {
    const answer = await verify(await bound(), { method: 'GET', url: address });
    expect(answer).toMatchObject({ ok: true, claims: { sub: 'somebody', htm: 'GET', htu: address } });
    const asked = await bound({ query_hash: queryHash });
    expect(await verify(asked, { method: 'GET', url: address + query })).toMatchObject({ ok: true });
    // URL parsers do not show it.
    expect(await verify(await bound(), { method: 'GET', url: `${address}?` })).toMatchObject({ ok: true });
  });

  it.each([
    ['another method', {}, { method: 'POST' }],
    ['a method in another case', {}, { method: 'get' }],
    ['another path', {}, { url: 'https://app.test/orders/2' }],
    ['a longer path', {}, { url: `${address}/` }],
    ['a path in another case', {}, { url: 'https://app.test/Orders/1' }],
    ['a path that a parser would make the same', {}, { url: 'https://app.test/x/../orders/1' }],
    ['a path with an encoded character', {}, { url: 'https://app.test/orders/%31' }],
    ['another host', {}, { url: 'https://evil.test/orders/1' }],
    ['another scheme', {}, { url: 'http://app.test/orders/1' }],
    ['a query', {}, { url: address + query }],
    ['no query', { query_hash: queryHash }, {}],
    ['another query', { query_hash: queryHash }, { url: `${address}?a=2` }],
    ['a query in another order', { query_hash: queryHash }, { url: `${address}?b=%2F&a=1` }],
    ['a fragment', {}, { url: `${address}#/orders/2` }],
    ['a fragment in the query', { query_hash: queryHash }, { url: `${address}${query}#x` }],
    ['no URL', {}, { url: '' }],
  ])('is refused with %s', async (_, claims, request) => {
    expect(await verify(await bound(claims), { method: 'GET', url: address, ...request })).toMatchObject({
      ok: false,
      code: 'request_mismatch',
    });
  });

  it.each([
    ['method', { htm: undefined }],
    ['address', { htu: undefined }],
    ['name of its own', { jti: undefined }],
    ['name that is text', { jti: 1 }],
  ])('must have a %s', async (_, claims) => {
    expect(await verify(await bound(claims), { method: 'GET', url: address })).toMatchObject({
      code: 'request_binding_missing',
    });
  });

  it('is held to everything else as well', async () => {
    const request = { method: 'GET', url: address };
    expect(await verify(null, request)).toMatchObject({ code: 'missing' });
    expect(await verify(await token(), request)).toMatchObject({ code: 'type_mismatch' });
    expect(await verify(await bound({ exp: seconds() - 6 }), request)).toMatchObject({ code: 'expired' });
    expect(await verify(await bound({ aud: 'https://other.test' }), request)).toMatchObject({
      code: 'audience_mismatch',
    });
  });

  it('is not replaced by one that is good for any request', async () => {
    const identity = await token({ header });
    expect(await verify(identity, { method: 'GET', url: address })).toMatchObject({
      code: 'request_binding_missing',
    });
    expect(await assertionVerifier(options)(identity)).toMatchObject({ ok: true });
  });

  it('says more than is asked where nothing is asked about requests', async () => {
    expect(await assertionVerifier(options)(await bound())).toMatchObject({ ok: true });
  });

  it('is refused when nobody says what it came with', async () => {
    const forgetful = verify as unknown as (assertion: string) => ReturnType<typeof verify>;
    expect(await forgetful(await bound())).toMatchObject({ code: 'request_mismatch' });
  });

  it('is good once, where uses are remembered, and only what is right is remembered', async () => {
    const used = new Map<string, AssertionUse>();
    const once = verifierOf({
      clockToleranceSeconds: 2,
      firstUse: async (use) => !used.has(use.id) && !!used.set(use.id, use),
    });
    const exp = seconds() + 10;
    const assertion = await bound({ exp });
    expect(await once(assertion, { method: 'PUT', url: address })).toMatchObject({
      code: 'request_mismatch',
    });
    expect(await once(assertion, { method: 'GET', url: address })).toMatchObject({ ok: true });
    expect(await once(assertion, { method: 'GET', url: address })).toMatchObject({
      code: 'assertion_repeated',
    });
    expect(await once(await bound({ jti: 'twice' }), { method: 'GET', url: address })).toMatchObject({
      ok: true,
    });
    expect([...used.keys()]).toEqual(['once', 'twice']);
    expect(used.get('once')).toEqual({ id: 'once', expiresAt: (exp + 2) * 1000 });
  });
});

describe('the URL that the client called', () => {
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.test:8443' };

  it.each([
    ['/orders/1?a=%2F', 'https://app.test:8443/orders/1?a=%2F'],
    ['http://10.0.0.1:3000/orders/1?a=https://x/', 'https://app.test:8443/orders/1?a=https://x/'],
    ['//evil.test/x', 'https://app.test:8443//evil.test/x'],
    ['/a/../b', 'https://app.test:8443/a/../b'],
  ])('is made of what arrives as %s', (url, expected) => {
    expect(publicUrl({ url, headers: forwarded })).toBe(expected);
    expect(publicUrl({ url, headers: new Headers(forwarded) })).toBe(expected);
  });

  it('may have an address for a host', () => {
    const headers = { 'x-forwarded-proto': 'http', 'x-forwarded-host': '[::1]:8787' };
    expect(publicUrl({ url: '/x', headers })).toBe('http://[::1]:8787/x');
  });

  it.each([
    ['no host', { 'x-forwarded-host': undefined }],
    ['no scheme', { 'x-forwarded-proto': undefined }],
    ['another scheme', { 'x-forwarded-proto': 'javascript' }],
    ['a host that hides the path', { 'x-forwarded-host': 'app.test/orders/1#' }],
    ['a host that makes it a query', { 'x-forwarded-host': 'app.test/orders/1?' }],
    ['a host with a user', { 'x-forwarded-host': 'app.test@evil.test' }],
    ['two hosts', { 'x-forwarded-host': 'app.test, evil.test' }],
    ['a host in a list', { 'x-forwarded-host': ['app.test', 'evil.test'] }],
    ['a host with a backslash', { 'x-forwarded-host': 'app.test\\x' }],
    ['a line break', { 'x-forwarded-host': 'app.test\n' }],
  ])('is not known with %s', (_, changed) => {
    expect(publicUrl({ url: '/orders/2', headers: { ...forwarded, ...changed } })).toBe('');
  });
});
