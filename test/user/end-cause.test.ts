import { describe, expect, it } from 'vitest';
import { endCauses } from '../../src/user/end-cause.ts';

describe('why it ended', () => {
  it('is one sentence or two for each cause, each its own', () => {
    const sentences = Object.values(endCauses).map(({ sentence }) => sentence);
    expect(sentences.filter((sentence) => !/^[A-Z].{10,}\.$/.test(sentence))).toEqual([]);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('raises suspicion exactly where a copy or a forgery may be behind it', () => {
    const suspicious = Object.entries(endCauses).filter(([, text]) => text.suspicious);
    expect(suspicious.map(([cause]) => cause)).toEqual(['reuse', 'code_reuse', 'token_mismatch']);
  });
});
