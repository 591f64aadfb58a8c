import { env } from 'cloudflare:test';
import { afterEach, expect, it, vi } from 'vitest';
import { Person } from '../workerd/person.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

// One call reads who is signed in, one ends everything. With two that end something, a crash between them would leave
// a person half signed out.
it.each([
  ['the account page', '/account/sign-out-everywhere', {}],
  ['RP-initiated logout', '/oauth/logout', { everywhere: 'true', confirm: 'yes' }],
])('from %s is one call of the object', async (_, path, form) => {
  const person = new Person();
  await person.signUp();
  const elsewhere = new Person(person.email);
  await elsewhere.signIn();
  const calls = vi.spyOn(env.USER, 'getByName');
  await person.submit(path, form);
  expect(calls).toHaveBeenCalledTimes(2);
  expect((await person.get('/account')).status).toBe(303);
  expect((await elsewhere.get('/account')).status).toBe(303);
});
