import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from './http.ts';
import { demo, Person } from './person.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// An account from its first day to its last, by the forms as they are, over HTTP and across the Durable Objects of a real
// workerd: what one of them forgets shows here.

let stand: Stand;
beforeAll(async () => {
  stand = await setUp();
});
afterAll(() => stand?.runtime.stop());

test('a person looks at what happened, downloads it, deletes the account, and begins anew with the same address', async () => {
  const { url, ask, post, person, tokens } = stand;
  const { email, password } = person;
  const activity = await ask('/account/activity', {}, person);
  expect([activity.status, activity.text.includes('The account was made')]).toEqual([200, true]);

  const file = await post('/account/data', {}, {}, person);
  expect(file.headers.get('Content-Disposition')).toMatch(/^attachment; filename="account-/);
  const data = JSON.parse(file.text) as {
    profile: { email: string; user_id: string };
    app_accesses: unknown[];
  };
  expect(data.profile.email).toBe(email);
  expect(data.app_accesses).toHaveLength(1);

  await person.browser.open(`${url}/account/delete`);
  expect((await person.browser.submit('/account/delete', { email: `x${email}` })).status).toBe(400);
  const cookie = person.browser.cookies.get('portcullis-session');
  const deleted = await person.browser.submit('/account/delete', { email });
  expect([deleted.status, deleted.text.includes('Your account is deleted')]).toEqual([200, true]);

  const refused = await demo(url).refresh(tokens.refreshToken);
  expect([refused.status, JSON.parse(refused.text).error]).toEqual([400, 'invalid_grant']);
  expect((await demo(url).userinfo(tokens.accessToken)).status).toBe(401);
  const stolen = await send(`${url}/account`, { headers: { Cookie: `portcullis-session=${cookie}` } });
  expect([stolen.status, stolen.headers.get('Location')]).toEqual([303, '/signin']);
  expect((await post('/signin', { email, password })).status).toBe(401);

  const again = new Person(url);
  await expect
    .poll(async () => (await post('/signup', { name: 'Ada', email, password }, {}, again)).status, {
      timeout: 20_000,
      interval: 200,
    })
    .toBe(303);
  const anew = await post('/account/data', {}, {}, again);
  const next = JSON.parse(anew.text) as typeof data;
  expect(next.profile.email).toBe(email);
  expect(next.profile.user_id).not.toBe(data.profile.user_id);
  expect(next.app_accesses).toEqual([]);
  expect(logFault(stand)).toBeUndefined();
});
