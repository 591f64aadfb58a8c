import { SELF } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { issuer } from '../../workerd/person.ts';

it('registers nobody by default, and advertises nothing', async () => {
  const response = await SELF.fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['https://app.test/cb'] }),
  });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ error: 'access_denied' });
  const metadata = await (await SELF.fetch(`${issuer}/.well-known/openid-configuration`)).json();
  expect(metadata).not.toHaveProperty('registration_endpoint');
  expect(metadata).toMatchObject({ client_id_metadata_document_supported: false });
});
