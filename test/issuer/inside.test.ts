import './inside.ts';
import { SELF } from 'cloudflare:test';
import { expect, it } from 'vitest';

it('is what SELF answers as', async () => {
  const metadata = await (await SELF.fetch('http://localhost:8787/.well-known/openid-configuration')).json();
  expect(metadata).toMatchObject({ scopes_supported: expect.arrayContaining(['notes:read']) });
});
