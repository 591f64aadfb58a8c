import { describe, expect, it } from 'vitest';
import { acrOf, acrValuesSupported, meetsAcr } from '../../../src/core/oauth/acr.ts';

const single = 'urn:portcullis:acr:single-factor';
const multi = 'urn:portcullis:acr:mfa';

it('tells the strongest context that the methods amount to', () => {
  expect(acrOf(['pwd'])).toBe(single);
  expect(acrOf(['pwd', 'otp', 'mfa'])).toBe(multi);
  expect(acrOf(['hwk', 'user', 'mfa'])).toBe('phr');
});

it('says nothing of a sign-in whose methods nobody knows', () => {
  expect(acrOf([])).toBeUndefined();
  expect(meetsAcr({ values: [single], essential: true }, [])).toBe(false);
});

it('supports what one of the ways to sign in reaches, the strongest first', () => {
  expect(acrValuesSupported([['pwd']])).toEqual([single]);
  expect(acrValuesSupported([['pwd'], ['pwd', 'otp', 'mfa']])).toEqual([multi, single]);
});

describe('a request', () => {
  it('is met by any of its values, and by a stronger sign-in', () => {
    expect(meetsAcr({ values: [multi, single], essential: true }, ['pwd'])).toBe(true);
    expect(meetsAcr({ values: [single], essential: true }, ['pwd', 'otp', 'mfa'])).toBe(true);
  });

  it('is not met by a weaker one', () => {
    expect(meetsAcr({ values: [multi], essential: false }, ['pwd'])).toBe(false);
    expect(meetsAcr({ values: ['phr'], essential: true }, ['pwd', 'otp', 'mfa'])).toBe(false);
  });

  it('without values is met by anything', () => {
    expect(meetsAcr(undefined, ['pwd'])).toBe(true);
    expect(meetsAcr({ values: [], essential: true }, [])).toBe(true);
  });
});
