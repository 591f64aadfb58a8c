import { expect, it } from 'vitest';
import { parseParameters } from '../../../src/core/oauth/parameters.ts';

const parse = (text: string) => {
  const parsed = parseParameters(text);
  return parsed.kind === 'parsed'
    ? { ...Object.fromEntries(parsed.parameters), resource: parsed.resource }
    : parsed.kind;
};

it('reads what a form sends', () => {
  expect(parse('a=1&b=x+y%20z&c=%E2%82%AC&d=p%3Dq=r')).toEqual({
    a: '1',
    b: 'x y z',
    c: '€',
    d: 'p=q=r',
    resource: [],
  });
});

it('takes an empty parameter for an absent one', () => {
  expect(parse('a=&b&c=1&&')).toEqual({ c: '1', resource: [] });
});

it.each(['a=1&a=2', 'a=1&a=', 'a=&a=', 'a=1&%61=2'])('refuses a repeated parameter: %s', (text) => {
  expect(parse(text)).toBe('malformed');
});

it('lets resource alone repeat, each value once', () => {
  expect(parse('resource=https%3A%2F%2Fa&resource=https://b&resource=https://a')).toEqual({
    resource: ['https://a', 'https://b'],
  });
});

it.each(['a=%', 'a=%2', 'a=%zz', 'a=%ff', 'a=%c3%28', '%e0%80%80=1'])(
  'refuses broken escapes and bytes that are no UTF-8: %s',
  (text) => {
    expect(parse(text)).toBe('malformed');
  },
);

it('refuses hundreds of parameters', () => {
  expect(parse(Array.from({ length: 65 }, (_, n) => `p${n}=1`).join('&'))).toBe('malformed');
});

it('is not fooled by names of object members', () => {
  expect(parse('__proto__=1&constructor=2')).toMatchObject({ constructor: '2' });
});
