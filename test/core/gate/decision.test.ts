import { describe, expect, it } from 'vitest';
import {
  type Circumstances,
  type Condition,
  decide,
  type Facts,
  isNavigation,
  isPreflight,
  maximumAge,
  mayRideOnCookie,
  meetsStepUp,
  returnPath,
  signInHelps,
} from '../../../src/core/gate/decision.ts';

const now = 1_000_000;
/** A person with a session, but for the changes. */
const person = (changes: Partial<Facts> = {}): Facts => ({
  person: true,
  groups: [],
  claims: {},
  acr: [],
  authTime: now,
  ...changes,
});
const token = (...scope: string[]) => person({ clientId: 'spa', scope });
const machine = (clientId: string, ...scope: string[]) => person({ person: false, clientId, scope });
const kindFor = (condition: Condition, facts: Facts) => decide([condition], facts, now).kind;

describe('who may pass', () => {
  it('is whoever is signed in, by cookie or token, where nothing is asked for', () => {
    expect(decide([{}], person(), now)).toEqual({ kind: 'pass' });
    expect(decide([{}], token(), now)).toEqual({ kind: 'pass' });
  });

  it('is nobody where there is no condition', () => {
    expect(decide([], person(), now)).toEqual({ kind: 'forbidden' });
  });

  it('is a token with every scope on a scope route, and no cookie', () => {
    const allow = [{ scope: ['a', 'b'] }];
    expect(decide(allow, token('b', 'c', 'a'), now)).toEqual({ kind: 'pass' });
    expect(decide(allow, token('a'), now)).toEqual({ kind: 'insufficient_scope', scope: ['a', 'b'] });
    expect(decide(allow, person(), now)).toEqual({ kind: 'insufficient_scope', scope: ['a', 'b'] });
  });

  it('is who is in one of the groups, by their exact names', () => {
    const condition = { groups: ['staff', 'admins'] };
    expect(kindFor(condition, person({ groups: ['others', 'admins'] }))).toBe('pass');
    for (const groups of [[], ['Admins'], ['admin'], ['admins ']]) {
      expect(kindFor(condition, person({ groups }))).toBe('forbidden');
    }
  });

  it.each<[string, unknown, unknown, boolean]>([
    ['a claim with the value', 'sales', 'sales', true],
    ['a claim with another value', 'law', 'sales', false],
    ['a claim with one of several values', 'law', ['sales', 'law'], true],
    ['a claim with none of several values', 'it', ['sales', 'law'], false],
    ['a list that holds the value', ['it', 'sales'], 'sales', true],
    ['a list that holds one of several values', ['it', 'law'], ['sales', 'law'], true],
    ['an empty list', [], 'sales', false],
    ['a text that only holds the value', 'sales, law', 'sales', false],
    ['a number as a number', 7, 7, true],
    ['a number as a text', '7', 7, false],
    ['true as true', true, true, true],
    ['true as a text', 'true', true, false],
    ['nothing', undefined, 'sales', false],
    ['an object', { sales: 'sales' }, 'sales', false],
  ])('is or is not who has %s', (_, actual, wanted, passes) => {
    const condition = { claims: { department: wanted } } as Condition;
    expect(kindFor(condition, person({ claims: { department: actual } }))).toBe(
      passes ? 'pass' : 'forbidden',
    );
  });

  it('needs every claim, as the claims’ own', () => {
    const condition = { claims: { a: 1, b: 2 } };
    expect(kindFor(condition, person({ claims: { a: 1, b: 2 } }))).toBe('pass');
    expect(kindFor(condition, person({ claims: { a: 1 } }))).toBe('forbidden');
    // Inherited members say nothing about anybody.
    const inherited = Object.create({ a: 1, b: 2 }) as Record<string, unknown>;
    expect(kindFor(condition, person({ claims: inherited }))).toBe('forbidden');
  });

  it('is a client that speaks for itself only where it is named', () => {
    expect(kindFor({}, machine('job'))).toBe('forbidden');
    expect(kindFor({ scope: ['a'] }, machine('job', 'a'))).toBe('forbidden');
    expect(kindFor({ clients: ['job'] }, machine('job'))).toBe('pass');
    expect(kindFor({ clients: ['job'] }, machine('other'))).toBe('forbidden');
    expect(kindFor({ clients: ['job'], scope: ['a'] }, machine('job', 'a'))).toBe('pass');
    expect(kindFor({ clients: ['job'], scope: ['a'] }, machine('job', 'b'))).toBe('insufficient_scope');
  });

  it('is a person only by the named client, where clients are named', () => {
    expect(kindFor({ clients: ['spa'] }, token())).toBe('pass');
    expect(kindFor({ clients: ['other'] }, token())).toBe('forbidden');
    expect(kindFor({ clients: ['spa'] }, person())).toBe('forbidden');
  });

  it('needs all of a condition and one of several', () => {
    const both = { groups: ['staff'], scope: ['a'] };
    expect(kindFor(both, person({ groups: ['staff'], scope: ['a'] }))).toBe('pass');
    expect(kindFor(both, person({ groups: ['staff'] }))).toBe('insufficient_scope');
    expect(kindFor(both, person({ scope: ['a'] }))).toBe('forbidden');
    const either = [{ groups: ['staff'] }, { clients: ['job'] }];
    expect(decide(either, person({ groups: ['staff'] }), now).kind).toBe('pass');
    expect(decide(either, machine('job'), now).kind).toBe('pass');
    expect(decide(either, token(), now).kind).toBe('forbidden');
  });

  it('reads nothing but whether there is a person where nothing is asked for', () => {
    const unread = () => {
      throw new Error('read');
    };
    const facts = Object.defineProperties(person(), {
      groups: { get: unread },
      claims: { get: unread },
      acr: { get: unread },
    });
    expect(decide([{}], facts, now).kind).toBe('pass');
  });
});

describe('a step up', () => {
  const strong = { acrValues: ['phr', 'mfa'] };

  it.each<[string, Condition, Partial<Facts>, boolean]>([
    ['strong enough', strong, { acr: ['mfa', 'single'] }, true],
    ['too weak', strong, { acr: ['single'] }, false],
    ['of unknown strength', strong, {}, false],
    ['just recent enough', { maxAgeSeconds: 60 }, { authTime: now - 60 }, true],
    ['a second too old', { maxAgeSeconds: 60 }, { authTime: now - 61 }, false],
    ['of unknown age', { maxAgeSeconds: 60 }, { authTime: undefined }, false],
    ['recent and weak', { ...strong, maxAgeSeconds: 60 }, { acr: ['single'] }, false],
    ['strong and old', { ...strong, maxAgeSeconds: 60 }, { acr: ['mfa'], authTime: now - 61 }, false],
    ['strong and recent', { ...strong, maxAgeSeconds: 60 }, { acr: ['mfa'] }, true],
  ])('is needed or not by a sign-in that is %s', (_, condition, changes, passes) => {
    expect(meetsStepUp(condition, person(changes), now)).toBe(passes);
    expect(kindFor(condition, person(changes))).toBe(passes ? 'pass' : 'insufficient_user_authentication');
  });

  it('says what the next sign-in must be', () => {
    expect(decide([{ ...strong, maxAgeSeconds: 60 }], person({ authTime: 1 }), now)).toEqual({
      kind: 'insufficient_user_authentication',
      acrValues: ['phr', 'mfa'],
      maxAgeSeconds: 60,
    });
  });

  it('is asked for only where it would help: not of who is refused anyway', () => {
    for (const also of [{ groups: ['staff'] }, { claims: { a: 1 } }, { clients: ['job'] }]) {
      expect(kindFor({ ...strong, ...also }, person())).toBe('forbidden');
    }
    expect(kindFor({ ...strong, scope: ['a'] }, person())).toBe('insufficient_scope');
  });

  it('goes before a scope, and that before nothing: the caller is told what it can do', () => {
    const all = [{ groups: ['x'] }, { scope: ['a'] }, strong];
    expect(decide(all, person(), now).kind).toBe('insufficient_user_authentication');
    expect(decide(all.slice(0, 2), person(), now)).toEqual({ kind: 'insufficient_scope', scope: ['a'] });
    expect(decide([{ scope: ['b'] }, { scope: ['a'] }], person(), now)).toEqual({
      kind: 'insufficient_scope',
      scope: ['b'],
    });
  });
});

describe('signing in', () => {
  it.each<[string, Condition[], boolean]>([
    ['anyone signed in may pass', [{}], true],
    ['a group may', [{ groups: ['staff'] }], true],
    ['a strong sign-in may', [{ acrValues: ['mfa'] }], true],
    ['only a scope counts', [{ scope: ['a'] }], false],
    ['only a client counts', [{ clients: ['job'] }], false],
    ['a client or a group counts', [{ clients: ['job'] }, { groups: ['staff'] }], true],
    ['nobody may', [], false],
  ])('helps or not where %s', (_, allow, helps) => {
    expect(signInHelps(allow)).toBe(helps);
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

const plain: Circumstances = {
  method: 'GET',
  requestedMethod: null,
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
    ['a form', { method: 'POST', fetchMode: 'navigate', fetchDest: 'document' }, true],
    ['what no link and no form sends', { method: 'OPTIONS', accept: 'text/html' }, false],
  ])('is or is not %s', (_, circumstances, expected) => {
    expect(isNavigation({ ...plain, ...circumstances })).toBe(expected);
  });
});

describe('riding on a cookie', () => {
  const ride = (circumstances: Partial<Circumstances>) =>
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

describe('a preflight', () => {
  const asked = { method: 'OPTIONS', origin: 'https://other.test', requestedMethod: 'PUT' };
  it.each<[string, Partial<Circumstances>, boolean]>([
    ['names an origin and a method', {}, true],
    ['names an opaque origin', { origin: 'null' }, true],
    ['names no origin', { origin: null }, false],
    ['names no method', { requestedMethod: null }, false],
    ['is another method', { method: 'GET' }, false],
    ['is another method in disguise', { method: 'options' }, false],
  ])('%s: or is none', (_, changes, expected) => {
    expect(isPreflight({ ...plain, ...asked, ...changes })).toBe(expected);
  });
});

describe('the path to return to', () => {
  it('is the path with its query, or less of it when that is too long', () => {
    expect(returnPath({ path: '/a', query: '?b=c' })).toBe('/a?b=c');
    expect(returnPath({ path: '/a', query: `?${'b'.repeat(1100)}` })).toBe('/a');
    expect(returnPath({ path: `/${'a'.repeat(1100)}`, query: '' })).toBe('/');
  });
});
