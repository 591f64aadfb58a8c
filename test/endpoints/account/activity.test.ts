import { describe, expect, it } from 'vitest';
import { Person, password, personWithTokens, refresh, type Tokens } from '../../workerd/person.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const textOf = async (person: Person) =>
  (await (await person.get('/account/activity')).text()).replaceAll(/<[^>]*>/g, '|').replaceAll(/\|+/g, '|');

describe('the activity of an account', () => {
  it('tells what happened, the newest first, with the device and the app', async () => {
    const { person, tokens } = await personWithTokens({ scope: 'openid offline_access demo:read' });
    let latest = tokens;
    for (let round = 0; round < 2; round += 1)
      latest = (await (await refresh(latest.refresh_token)).json()) as Tokens;
    await refresh(tokens.refresh_token);
    const elsewhere = new Person(person.email);
    const form = { email: person.email, password };
    await elsewhere.submit('/signin', form, { 'User-Agent': firefox });
    await elsewhere.submit('/account/password', {
      current_password: password,
      new_password: 'purple otters sing at noon',
    });
    const text = await textOf(elsewhere);
    const told = [
      'The password was changed',
      'You signed in|New device|Firefox on Linux',
      'A token that had been replaced was used again|Security|The demo',
      'The account was made',
    ];
    const places = told.map((words) => text.indexOf(words));
    expect(places, text).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it('knows a browser again in which the person signed in before', async () => {
    const person = new Person();
    await person.signUp();
    await person.submit('/account/sign-out-everywhere', {});
    await person.signIn();
    expect((await textOf(person)).match(/New device/g)).toHaveLength(1);
  });

  it('shows thirty at most, and is nothing for strangers', async () => {
    const person = new Person();
    await person.signUp();
    for (let round = 0; round < 35; round += 1)
      await person.submit('/account/profile', { name: `Ada ${round}` });
    expect((await textOf(person)).match(/The profile was changed/g)).toHaveLength(30);
    expect((await new Person().get('/account/activity')).headers.get('Location')).toBe('/signin');
  });
});
