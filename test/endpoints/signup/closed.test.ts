import '../../../src/worker.ts';
import { env } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { configure } from '../../../src/config/configured.ts';
import { createIdentifiers } from '../../../src/identifier/identifiers.ts';
import config from '../../issuer/config.ts';
import { Person } from '../../workerd/person.ts';

configure((environment) => ({ ...config(environment), signUp: { policy: 'closed' } }));

it('nobody signs up where it is closed', async () => {
  const person = new Person();
  expect((await person.get('/signup')).status).toBe(403);
  expect((await person.signUp()).status).toBe(403);
  const passkey = await person.submit('/signup/passkey', { name: 'Ada', email: person.email });
  expect(passkey.status).toBe(403);
  expect(await (await person.get('/signin')).text()).not.toContain('/signup');
  expect(await createIdentifiers(env.IDENTIFIER).lookup(person.email)).toBeUndefined();
});
