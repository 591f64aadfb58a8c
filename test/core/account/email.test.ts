import { expect, it } from 'vitest';
import { normalEmail } from '../../../src/core/account/email.ts';

it.each([
  [' Ada@Example.COM ', 'ada@example.com'],
  ['a.b+c_d@sub.example.co', 'a.b+c_d@sub.example.co'],
  ['josé@exämple.com', 'josé@exämple.com'],
  ['jose\u0301@example.com', 'jos\u00e9@example.com'],
  ['ada@localhost', 'ada@localhost'],
])('%s is %s', (typed, normal) => {
  expect(normalEmail(typed)).toBe(normal);
});

it.each([
  '',
  'ada',
  '@example.com',
  'ada@',
  'a@b@c.com',
  'a,b@example.com',
  'a@x.com,b@y.com',
  'a@x.com b@y.com',
  'Ada <ada@example.com>',
  'ada(comment)@example.com',
  '"ada"@example.com',
  'ada＠example.com',
  'ada@example..com',
  'ada@-example.com',
  'ada@example.com.',
  'a\u0000da@example.com',
  'a\nda@example.com',
  'a\u200bda@example.com',
  'ada@[127.0.0.1]',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b'.repeat(250)}.com`,
])('%j is no address', (typed) => {
  expect(normalEmail(typed)).toBeUndefined();
});
