import { describe, expect, it } from 'vitest';
import { passwordFault, repeatedPart } from '../../../src/core/account/password-rules.ts';

const fault = (
  password: string,
  minimumLength = 15,
  words: string[] = ['Portcullis', 'ada.lovelace@example.com'],
) => passwordFault(password, { minimumLength, words });

describe('a password', () => {
  it.each([
    ['a few words', 'correct horse battery'],
    ['of 15 characters that are 30 units', '🔑🦦🌙🎈🪁🍋🧭🪐🎻🧊🦀🌵🛶🪵🧵'],
    ['in another script', 'σταθμός θάλασσα μήλο'],
    ['with the name of the service among other words', 'portcullis squeaks at midnight'],
    ['without capitals, figures or signs', 'justlettersbutmanyofthem'],
    [
      'as long as can be',
      'wqpzmxnvbt'
        .split('')
        .map((a, i) => a + i)
        .join('')
        .padEnd(250, 'kjhtzrq pwm') + ' end!',
    ],
  ])('may be %s', (_, password) => {
    expect(fault(password)).toBeUndefined();
  });

  it.each([
    ['too short', 'fourteen chars', 'too_short'],
    ['too short when composed', 'e\u0301'.repeat(14), 'too_short'],
    ['too long', 'otters '.repeat(37), 'too_long'],
    ['one character', 'a'.repeat(20), 'pattern'],
    ['a short part again and again', 'abc1abc1abc1abc1', 'pattern'],
    ['the alphabet', 'abcdefghijklmnopq', 'pattern'],
    ['the alphabet and figures', 'abcdefghij1234567890', 'pattern'],
    ['backwards', '98765432109876543210', 'pattern'],
    ['rows of the keyboard', 'qwertyuiopasdfghjkl', 'pattern'],
    ['the name of the service', 'Portcullis-2026!!', 'context'],
    ['the address', 'ada.lovelace@example.com', 'context'],
    ['a part of the address, and more', 'lovelace lovelace 99', 'context'],
  ])('must not be %s', (_, password, code) => {
    expect(fault(password)).toBe(code);
  });

  it('may be shorter where it is not alone', () => {
    expect(fault('8 otters', 8)).toBeUndefined();
    expect(fault('7otters', 8)).toBe('too_short');
  });

  it('is not taken apart by a word that is very short', () => {
    expect(fault('the cat sat on the mat', 15, ['the', 'mat'])).toBeUndefined();
  });

  it('that repeats itself is what it repeats', () => {
    expect(repeatedPart('otterotterott')).toBe('otter');
    expect(repeatedPart('otter')).toBe('otter');
  });
});
