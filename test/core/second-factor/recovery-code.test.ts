import { describe, expect, it } from 'vitest';
import {
  normalRecoveryCode,
  recoveryCodeOf,
  shownRecoveryCode,
} from '../../../src/core/second-factor/recovery-code.ts';

const random = Uint8Array.of(0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf);

it('writes every bit of 80 in sixteen letters', () => {
  // Five bits a letter, counting up.
  expect(recoveryCodeOf(random)).toBe('0123456789ABCDEF');
  expect(recoveryCodeOf(new Uint8Array(10).fill(255))).toBe('ZZZZZZZZZZZZZZZZ');
  expect(shownRecoveryCode('0123456789ABCDEF')).toBe('0123-4567-89AB-CDEF');
});

describe('a code that somebody typed', () => {
  it.each([
    '0123-4567-89AB-CDEF',
    '0123456789abcdef',
    ' 0123 4567 89ab cdef ',
    '0123–4567–89ab–cdef',
    'oI23-4567-89ab-cdef',
    'Ol23-4567-89ab-cdef',
    '０１２３４５６７８９ＡＢＣＤＥＦ',
  ])('is read as it was meant: %s', (typed) => {
    expect(normalRecoveryCode(typed)).toBe('0123456789ABCDEF');
  });

  it.each([
    '',
    '0123-4567-89AB-CDE',
    '0123-4567-89AB-CDEFG',
    'U123-4567-89AB-CDEF',
    `${' '.repeat(60)}0123456789ABCDEF`,
  ])('is none: %j', (typed) => {
    expect(normalRecoveryCode(typed)).toBeUndefined();
  });
});
