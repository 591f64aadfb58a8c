import { expect, it } from 'vitest';
import { personClaims } from '../../src/gate/identity/person-claims.ts';

it('keeps 8 KiB of what a provider says of a person, and of more nothing', () => {
  const saying = (length: number) => personClaims({ sub: 'ada', sid: 's', story: 'x'.repeat(length) });
  const around = JSON.stringify({ story: '' }).length;
  expect(saying(8 * 1024 - around)).toHaveProperty('story');
  expect(saying(8 * 1024 - around + 1)).toBeUndefined();
});
