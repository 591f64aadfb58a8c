import { describe, expect, it } from 'vitest';
import { en } from '../../src/texts/en/index.ts';
import { isSuspicious } from '../../src/user/end-cause.ts';
import type { EndCause } from '../../src/user/types.ts';

const causes = Object.keys(en.endCauses) as EndCause[];

describe('why it ended', () => {
  it('is one sentence or two for each cause, each its own', () => {
    const sentences = Object.values(en.endCauses);
    expect(sentences.filter((sentence) => !/^[A-Z].{10,}\.$/.test(sentence))).toEqual([]);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('raises suspicion exactly where a copy or a forgery may be behind it', () => {
    expect(causes.filter(isSuspicious)).toEqual(['reuse', 'code_reuse', 'token_mismatch', 'suspicious']);
  });
});
