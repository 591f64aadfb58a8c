import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  isFor,
  placeOf,
  type SignIn,
  saveTransaction,
  takeTransaction,
} from '../../src/client/transaction.ts';

const storage = () => {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
};

const signIn = (codeVerifier: string): SignIn => ({
  silent: false,
  codeVerifier,
  nonce: 'nonce',
  returnTo: 'https://app.example/notes?id=1#top',
  historyState: { step: 2 },
});

let tab: ReturnType<typeof storage>;
beforeEach(() => {
  tab = storage();
  vi.stubGlobal('sessionStorage', tab);
});
afterEach(() => void vi.unstubAllGlobals());

test('an answer finds the transaction of its state, once', () => {
  saveTransaction('app', 'state-1', signIn('verifier-1'));
  saveTransaction('app', 'state-2', signIn('verifier-2'));
  expect(takeTransaction('app', 'state-1')).toEqual(signIn('verifier-1'));
  expect(takeTransaction('app', 'state-1')).toBeUndefined();
  expect(takeTransaction('app', 'state-2')).toEqual(signIn('verifier-2'));
  expect(tab.items.size).toBe(0);
});

test('an answer brought in from another tab, or for another client, finds nothing', () => {
  saveTransaction('app', 'state', signIn('verifier'));
  vi.stubGlobal('sessionStorage', storage());
  expect(takeTransaction('app', 'state')).toBeUndefined();
  vi.stubGlobal('sessionStorage', tab);
  expect(takeTransaction('another', 'state')).toBeUndefined();
  expect(takeTransaction('app', 'stat')).toBeUndefined();
  expect(takeTransaction('app', null)).toBeUndefined();
  expect(takeTransaction('app', 'state')).toBeDefined();
});

test('the way back leads to this origin only', () => {
  vi.stubGlobal('location', { href: 'https://app.example/here?x=1', origin: 'https://app.example' });
  vi.stubGlobal('history', { state: { step: 2 } });
  expect(placeOf('/there#top', 'mine', 'ada')).toEqual({
    returnTo: 'https://app.example/there#top',
    historyState: { step: 2 },
    state: 'mine',
    sub: 'ada',
  });
  for (const url of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
    expect(() => placeOf(url, undefined, undefined), url).toThrow(TypeError);
});

test('what a page saved is for nobody but who was signed in', () => {
  const place = { returnTo: 'https://app.example/', historyState: null, state: 'draft' };
  expect(isFor({ ...place, sub: 'ada' }, { sub: 'ada' })).toBe(true);
  expect(isFor({ ...place, sub: 'ada' }, { sub: 'bob' })).toBe(false);
  // Nobody was signed in yet, or nobody is now: the sign-in was cancelled.
  expect(isFor(place, { sub: 'bob' })).toBe(true);
  expect(isFor({ ...place, sub: 'ada' }, undefined)).toBe(true);
  expect(isFor({ ...place, state: undefined }, { sub: 'ada' })).toBe(false);
});
