import { expect, it } from 'vitest';
import { normalEmail } from '../../../src/core/account/email.ts';

it.each([
  [' Ada@Example.COM ', 'ada@example.com'],
  ['a.b+c_d@sub.example.co', 'a.b+c_d@sub.example.co'],
  ['josé@exämple.com', 'josé@exämple.com'],
  ['jose\u0301@example.com', 'jos\u00e9@example.com'],
  ['ada@localhost', 'ada@localhost'],
  // One mailbox, however its domain is written.
  ['ada@xn--bcher-kva.example', 'ada@bücher.example'],
  ['ada@XN--BCHER-KVA.example', 'ada@bücher.example'],
  ['ada@BÜCHER.example', 'ada@bücher.example'],
  ['ada@xn--fiqs8s.example', 'ada@中国.example'],
  ['ada@xn--e1afmkfd.xn--p1ai', 'ada@пример.рф'],
  ['ada@日本語テスト.example', 'ada@日本語テスト.example'],
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
  // Look-alikes: a Cyrillic а, a Greek ο, and the same in punycode.
  'ada@ex\u0430mple.com',
  'ada@c\u03bfmpany.com',
  'ada@xn--exmple-4nf.com',
  // Letters with a plain form, and labels that are none.
  'ada@ｅxample.com',
  'ada@xn--.com',
  'ada@xn--abc-.com',
  'ada@xn--\u00fc.com',
  `ada@xn--${'9'.repeat(50)}.com`,
  `${'a'.repeat(65)}@example.com`,
  `a@${'b'.repeat(250)}.com`,
])('%j is no address', (typed) => {
  expect(normalEmail(typed)).toBeUndefined();
});
