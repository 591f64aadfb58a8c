import { expect, test } from 'vitest';
import { codeChallenge, randomValue } from '../../src/client/pkce.ts';

test('the challenge is the one of RFC 7636 appendix B', async () => {
  expect(await codeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  );
});

test('verifiers have the characters and the length that RFC 7636 §4.1 asks for, and differ', () => {
  const values = Array.from({ length: 100 }, randomValue);
  for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(new Set(values).size).toBe(100);
});
