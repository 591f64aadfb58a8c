import { describe, expect, it } from 'vitest';
import { type SecondFactorQuestion, secondFactorRule } from '../../../src/core/sign-in/second-factor.ts';

const somebody: SecondFactorQuestion = {
  rule: 'optional',
  groups: [],
  amr: ['pwd'],
  memberOf: [],
  enrolled: [],
  chosen: false,
  trusted: false,
};
const decide = (changes: Partial<SecondFactorQuestion>) => secondFactorRule({ ...somebody, ...changes });
const enrolled = ['totp'] as const;

describe('a second factor', () => {
  it('is asked of whoever turned it on, and of nobody else', () => {
    expect(decide({})).toBe('complete');
    expect(decide({ enrolled })).toBe('complete');
    expect(decide({ enrolled, chosen: true })).toBe('ask');
  });

  it('is asked of whoever has one where the request would rather have it', () => {
    expect(decide({ rule: 'preferred' })).toBe('complete');
    expect(decide({ rule: 'preferred', enrolled })).toBe('ask');
  });

  it('is set up on the spot where it is required', () => {
    expect(decide({ rule: 'required' })).toBe('enrol');
    expect(decide({ rule: 'required', enrolled })).toBe('ask');
  });

  it('is required of the members of a group, under any rule but off', () => {
    const staff = { groups: ['staff'], memberOf: ['staff'] };
    expect(decide(staff)).toBe('enrol');
    expect(decide({ ...staff, enrolled })).toBe('ask');
    expect(decide({ ...staff, memberOf: ['guests'] })).toBe('complete');
    expect(decide({ ...staff, rule: 'off' })).toBe('complete');
  });

  it('is not asked for again, nor where it is off', () => {
    expect(decide({ rule: 'required', enrolled, amr: ['pwd', 'otp', 'mfa'] })).toBe('complete');
    expect(decide({ rule: 'off', enrolled, chosen: true })).toBe('complete');
  });

  it('may be spared a browser that the person trusts, but not its setting up', () => {
    expect(decide({ enrolled, chosen: true, trusted: true })).toBe('complete');
    expect(decide({ rule: 'required', enrolled, trusted: true })).toBe('complete');
    expect(decide({ rule: 'required', trusted: true })).toBe('enrol');
  });

  it('is never a recovery code alone', () => {
    expect(decide({ rule: 'required', enrolled: ['recovery_code'] })).toBe('enrol');
    expect(decide({ chosen: true, enrolled: ['recovery_code'] })).toBe('complete');
  });
});
