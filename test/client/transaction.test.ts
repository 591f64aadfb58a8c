import { expect, test } from 'vitest';
import { type SignIn, saveTransaction, takeTransaction } from '../../src/client/transaction.ts';

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
  kind: 'sign_in',
  silent: false,
  codeVerifier,
  nonce: 'nonce',
  returnTo: 'https://app.example/notes?id=1#top',
});

test('an answer finds the transaction of its state, once', () => {
  const tab = storage();
  saveTransaction(tab, 'app', 'state-1', signIn('verifier-1'));
  saveTransaction(tab, 'app', 'state-2', signIn('verifier-2'));
  expect(takeTransaction(tab, 'app', 'state-1')).toEqual(signIn('verifier-1'));
  expect(takeTransaction(tab, 'app', 'state-1')).toBeUndefined();
  expect(takeTransaction(tab, 'app', 'state-2')).toEqual(signIn('verifier-2'));
  expect(tab.items.size).toBe(0);
});

test('an answer brought in from another tab, or for another client, finds nothing', () => {
  const tab = storage();
  saveTransaction(tab, 'app', 'state', signIn('verifier'));
  expect(takeTransaction(storage(), 'app', 'state')).toBeUndefined();
  expect(takeTransaction(tab, 'another', 'state')).toBeUndefined();
  expect(takeTransaction(tab, 'app', 'stat')).toBeUndefined();
  expect(takeTransaction(tab, 'app', 'state')).toBeDefined();
});
