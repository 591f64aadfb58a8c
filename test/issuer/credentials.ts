/** The secret of every client in config.ts that has one, and what the configuration holds of it. */
export const clientSecret = 'pc_cs_bm90IGEgc2VjcmV0OiB0aGUgb25lIG9mIHRoZSB0ZXN0cyE';
export const secretHashes = ['JSbIQ__F0xgtVdudvI9UAU070tdnqKr8OO1nt1mnKd8'];

const numbers = {
  kty: 'EC',
  crv: 'P-256',
  x: 'PQM1OrwQrjwRO5Vq5TwFEWLeEpcmKJQmTtC4wuN5zFU',
  y: 'grXyrs1fcUiB6NICGhKfPUr8zimk4VPlW6ZnriYUCgc',
};
/** The key of every client that has one. */
export const clientPrivateKey = {
  ...numbers,
  d: 'azxBAEgELvG0LwpNLeprMKtmNH9Cp86qPFYJeWqYAKk',
  kid: 'client-key',
  alg: 'ES256',
};
export const clientKeys = { keys: [{ ...numbers, kid: 'client-key', alg: 'ES256', use: 'sig' }] };
