import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { rootSecrets } from '../../../src/crypto/root-secret.ts';
import { seal } from '../../../src/crypto/seal.ts';
import { newUserId } from '../../../src/crypto/token.ts';
import { createIdentifiers } from '../../../src/identifier/identifiers.ts';
import type { Unclaimed } from '../../../src/sign-in/proved-identity.ts';
import { createUsers } from '../../../src/user/users.ts';
import { Person } from '../../workerd/person.ts';

const identifiers = createIdentifiers(env.IDENTIFIER);
const users = createUsers(env.USER);

/** Somebody who is back from a provider, which knows them by a name that no account has. */
async function fromProvider() {
  const identity = { issuer: 'https://id.example', subject: newUserId() };
  const unclaimed: Unclaimed = {
    proved: { identity, provider: 'acme', email: undefined },
    person: { emailVerified: false },
    tokensId: undefined,
    accountId: undefined,
    newUserId: newUserId(),
    asked: undefined,
    flowId: undefined,
    invite: undefined,
    startedAt: Date.now(),
  };
  const sealed = await seal(
    await rootSecrets(env),
    'seal-provider-identity',
    unclaimed,
    Date.now() + 600_000,
  );
  const browser = () => {
    const person = new Person();
    person.cookies.set('portcullis-unclaimed.identity___', sealed);
    return person;
  };
  return { identity, browser };
}

const signUp = (person: Person, email = person.email) =>
  person.submit('/signup/provider', { name: 'Ada', email });

describe('a sign-up by a provider', () => {
  it('that is sent twice makes one account', async () => {
    const { identity, browser } = await fromProvider();
    const [person, copy] = [browser(), browser()];
    expect((await signUp(person)).headers.get('Location')).toBe('/account');
    expect((await signUp(copy, person.email)).headers.get('Location')).toBe('/account');
    expect(await identifiers.lookup(identity)).toBe(await identifiers.lookup(person.email));
  });

  it('takes no second address for the account that it made', async () => {
    const { identity, browser } = await fromProvider();
    const [person, ...others] = [browser(), browser(), browser()];
    await signUp(person);
    const userId = await identifiers.lookup(person.email);
    for (const other of others) {
      expect((await signUp(other)).headers.get('Location')).toBe('/account');
      expect(await identifiers.lookup(other.email)).toBeUndefined();
      expect((await new Person(other.email).signUp()).headers.get('Location')).toBe('/account');
    }
    expect(await identifiers.lookup(identity)).toBe(userId);
    expect(await users.identities.list(userId ?? '')).toHaveLength(1);
  });

  it('goes on with another address where the first one is taken', async () => {
    const owner = new Person();
    await owner.signUp();
    const { browser } = await fromProvider();
    const person = browser();
    expect((await signUp(person, owner.email)).status).toBe(409);
    expect((await signUp(person)).headers.get('Location')).toBe('/account');
  });
});
