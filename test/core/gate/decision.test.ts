import { describe, expect, it } from 'vitest';
import {
  decide,
  isNavigation,
  maximumAge,
  mayRideOnCookie,
  returnPath,
} from '../../../src/core/gate/decision.ts';

const token = (...scope: string[]) => ({ kind: 'token', scope }) as const;
const session = { kind: 'session' } as const;
const anonymous = { kind: 'anonymous' } as const;

describe('who may pass', () => {
  it('is anyone on a public route', () => {
    expect(decide('public', anonymous)).toEqual({ kind: 'pass' });
  });

  it('is whoever is signed in, by cookie or token, on a session route', () => {
    expect(decide('session', session)).toEqual({ kind: 'pass' });
    expect(decide('session', token())).toEqual({ kind: 'pass' });
    expect(decide('session', anonymous)).toEqual({ kind: 'unauthenticated', signIn: true });
  });

  it('is a token with every scope on a scope route, and no cookie', () => {
    const allow = { scope: ['a', 'b'] };
    expect(decide(allow, token('b', 'c', 'a'))).toEqual({ kind: 'pass' });
    expect(decide(allow, token('a'))).toEqual({ kind: 'insufficient_scope', scope: ['a', 'b'] });
    expect(decide(allow, session)).toEqual({ kind: 'insufficient_scope', scope: ['a', 'b'] });
    expect(decide(allow, anonymous)).toEqual({ kind: 'unauthenticated', signIn: false });
  });
});

describe('how old an answer may be', () => {
  it.each([
    ['strict', 'session', 0],
    ['strict', 'token', 0],
    ['token', 'session', 300],
    ['token', 'token', undefined],
    [{ within: 30 }, 'session', 30],
    [{ within: 30 }, 'token', 30],
  ] as const)('under %j for a %s is %s seconds', (freshness, caller, seconds) => {
    expect(maximumAge(freshness, caller)).toBe(seconds);
  });
});

const plain = {
  method: 'GET',
  upgrade: null,
  accept: null,
  origin: null,
  fetchSite: null,
  fetchMode: null,
  fetchDest: null,
};

describe('a navigation', () => {
  it.each([
    ['a top-level navigation', { fetchMode: 'navigate', fetchDest: 'document' }, true],
    ['a frame', { fetchMode: 'navigate', fetchDest: 'iframe' }, false],
    ['a fetch that accepts HTML', { fetchMode: 'cors', fetchDest: 'empty', accept: 'text/html' }, false],
    ['an image', { fetchMode: 'no-cors', fetchDest: 'image' }, false],
    ['half of Fetch Metadata', { fetchDest: 'document', accept: 'text/html' }, false],
    ['an old browser', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }, true],
    ['curl', { accept: '*/*' }, false],
    ['nothing at all', {}, false],
    ['a WebSocket', { upgrade: 'websocket', accept: 'text/html' }, false],
  ])('is or is not %s', (_, circumstances, expected) => {
    expect(isNavigation({ ...plain, ...circumstances })).toBe(expected);
  });
});

describe('riding on a cookie', () => {
  const ride = (circumstances: Partial<typeof plain> | Record<string, string>) =>
    mayRideOnCookie({ ...plain, ...circumstances }, 'https://app.test');

  it.each(['GET', 'HEAD', 'OPTIONS'])('is open to %s from anywhere', (method) => {
    expect(ride({ method, fetchSite: 'cross-site' })).toBe(true);
  });

  it.each([
    [{ fetchSite: 'same-origin' }, true],
    [{ fetchSite: 'none' }, true],
    [{ fetchSite: 'same-site' }, false],
    [{ fetchSite: 'cross-site' }, false],
    [{ fetchSite: 'cross-site', origin: 'https://app.test' }, false],
    [{ fetchSite: 'cross-site, same-origin' }, false],
    [{ fetchSite: '' }, false],
    [{ origin: 'https://app.test' }, true],
    [{ origin: 'http://app.test' }, false],
    [{ origin: 'https://app.test:8443' }, false],
    [{ origin: 'https://evil.test' }, false],
    [{ origin: 'null' }, false],
    [{}, false],
  ])('with %j, for POST, DELETE, an unknown method and a WebSocket: %s', (headers, expected) => {
    for (const method of ['POST', 'DELETE', 'PROPPATCH']) expect(ride({ method, ...headers })).toBe(expected);
    expect(ride({ upgrade: 'websocket', ...headers })).toBe(expected);
  });
});

describe('the path to return to', () => {
  it('is the path with its query, or less of it when that is too long', () => {
    expect(returnPath({ path: '/a', query: '?b=c' })).toBe('/a?b=c');
    expect(returnPath({ path: '/a', query: `?${'b'.repeat(1100)}` })).toBe('/a');
    expect(returnPath({ path: `/${'a'.repeat(1100)}`, query: '' })).toBe('/');
  });
});
