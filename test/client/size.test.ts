import { beforeAll, expect, test } from 'vitest';
import { type Bundled, bundled, type ClientPart, clientSizes, type Size } from '../bench/measure/bundle.ts';

const limits: Record<ClientPart, number> = {
  /** What loads first. */
  client: 5 * 1024,
  dpop: 2560,
  gate: 5 * 1024,
  react: 1536,
};

const names: Record<ClientPart, string> = {
  client: 'portcullis/client, what loads first',
  dpop: 'portcullis/client, the part for DPoP',
  gate: 'portcullis/client/gate',
  react: 'portcullis/client/react, without React',
};

let sizes: Record<ClientPart, Bundled>;

beforeAll(async () => {
  sizes = await clientSizes();
  // Of the others what an app that signs in needs, and nothing beside it.
  const others = {
    '@auth0/auth0-spa-js': await bundled("export { createAuth0Client } from '@auth0/auth0-spa-js'"),
    'oidc-client-ts': await bundled("export { UserManager } from 'oidc-client-ts'"),
  };
  const line = (name: string, minified: unknown, gzip: unknown, limit: unknown) =>
    `${name.padEnd(40)} ${String(minified).padStart(9)} ${String(gzip).padStart(7)} ${String(limit).padStart(7)}`;
  const lines = [
    line('bytes', 'minified', 'gzip', 'limit'),
    ...Object.entries(names).map(([part, name]) => {
      const { minified, gzip } = sizes[part as ClientPart];
      return line(name, minified, gzip, limits[part as ClientPart]);
    }),
    ...Object.entries<Size>(others).map(([name, { minified, gzip }]) => line(name, minified, gzip, '')),
  ];
  console.info(lines.join('\n'));
  // A bundle of nothing would be within every limit.
  for (const { gzip } of [...Object.values(sizes), ...Object.values(others)])
    expect(gzip).toBeGreaterThan(500);
});

test.each(Object.entries(limits))('%s is within its limit of %i bytes, gzipped', (part, limit) => {
  expect(sizes[part as ClientPart].gzip).toBeLessThanOrEqual(limit);
});

test('nothing that only DPoP needs loads first, and nothing twice', () => {
  const { client, dpop } = sizes;
  expect(client.inputs.filter((path) => /dpop|key-store/.test(path))).toEqual([]);
  expect(dpop.inputs.filter((path) => client.inputs.includes(path))).toEqual([]);
  expect(dpop.inputs).toContain('src/client/transport/key-store.ts');
});

test('React itself is not in the binding', () => {
  for (const path of sizes.react.inputs) expect(path).toMatch(/^src\/client\//);
});
