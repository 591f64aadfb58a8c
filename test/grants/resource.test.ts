import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import { meaningfulScope, saysOfPerson } from '../../src/grants/resource.ts';

type Rules = Pick<Config, 'resources' | 'clients'>;
const [orders, stock, mail] = ['https://orders.test/', 'https://stock.test/', 'https://mail.test/'];

const config = {
  resources: [
    { resource: orders, scope: { 'orders:read': 'Read orders', shared: 'Both' }, claims: [] },
    { resource: stock, scope: { 'stock:read': 'Read stock', shared: 'Both' }, claims: ['email'] },
  ],
  clients: [
    { introspects: [] },
    { introspects: [orders], tokenExchange: { resources: [stock] } },
    { introspects: [stock] },
  ],
} as unknown as Rules;
const scope = ['openid', 'orders:read', 'stock:read', 'shared', 'mail:send', 'constructor'];

describe('what of a scope means something', () => {
  it.each([
    ['at a resource, and where its servers may exchange its tokens', [orders], scope],
    ['at a resource that nobody exchanges', [stock], scope.filter((one) => one !== 'orders:read')],
    ['where nothing is defined', [mail], ['openid', 'mail:send', 'constructor']],
    ['without a resource', [], ['openid', 'mail:send', 'constructor']],
    ['at several', [mail, orders], scope],
  ])('%s', (_, resource, expected) => {
    expect(meaningfulScope(config, scope, resource)).toEqual(expected);
  });

  it('is all of it where no resource defines any', () => {
    expect(meaningfulScope({ resources: [], clients: [] } as unknown as Rules, scope, [orders])).toEqual(
      scope,
    );
  });

  it('is looked up, not searched for in the whole configuration for every token', () => {
    let reads = 0;
    const counted: Rules = {
      get resources() {
        reads += 1;
        return config.resources;
      },
      get clients() {
        reads += 1;
        return config.clients;
      },
    };
    meaningfulScope(counted, scope, [orders]);
    const first = reads;
    for (let token = 0; token < 5; token += 1) meaningfulScope(counted, scope, [orders]);
    expect(reads).toBe(first);
  });
});

it.each([
  [[orders], false],
  [[stock], true],
  [[orders, stock], true],
  [[mail], false],
  [null, true],
])('a token for %j may say something of its person: %s', (named, expected) => {
  expect(saysOfPerson(config, named)).toBe(expected);
});

it('no token does where no resource is to see anything', () => {
  expect(saysOfPerson({ resources: config.resources.slice(0, 1) }, null)).toBe(false);
});
