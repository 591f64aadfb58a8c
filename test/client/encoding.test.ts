import { expect, test } from 'vitest';
import { form, randomValue, sha256 } from '../../src/client/encoding.ts';

test('the challenge is the one of RFC 7636 appendix B', async () => {
  expect(await sha256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  );
});

test('verifiers have the characters and the length that RFC 7636 §4.1 asks for, and differ', () => {
  const values = Array.from({ length: 100 }, randomValue);
  for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(new Set(values).size).toBe(100);
});

test('a form holds what is defined, whatever characters are in it', () => {
  expect(`${form({ a: 'x&y=ü', b: undefined, c: 0 })}`).toBe('a=x%26y%3D%C3%BC&c=0');
});
