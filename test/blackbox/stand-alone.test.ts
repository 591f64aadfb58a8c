import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort, type Runtime } from '../runtime/runtime.ts';
import { jsonOf, send } from './http.ts';
import { Person } from './person.ts';
import { type Ground, script, startGateAlone } from './stand-alone-ground.ts';

// A gate in a Worker of its own; people sign in at a Portcullis in another one.

let issuer: Runtime;
let ground: Ground;
let gate: string;

async function start(bindings: Record<string, string>): Promise<void> {
  ground = await startGateAlone(async (gateUrl) => {
    const port = await freePort();
    issuer = await startIssuer({
      port,
      worker: join(root, 'test/workers/stand-alone-issuer.ts'),
      bindings: { GATE: gateUrl, ...bindings },
    });
    return issuer.url;
  });
  gate = ground.gate.url;
}
const stop = async () => {
  await Promise.all([ground.stop(), issuer.stop()]);
};

/** Somebody who signed up at the issuer on the way to the gate. */
async function somebody(path = '/strict/a'): Promise<Person> {
  const person = new Person(issuer.url);
  await person.browser.open(gate + path);
  expect(new URL(person.browser.page.url).origin).toBe(issuer.url);
  await person.browser.follow('Sign up');
  await person.signUpHere();
  return person;
}
const status = async (person: Person, path: string) =>
  (await person.browser.send(gate + path, { headers: script })).status;

describe('with a Portcullis elsewhere', () => {
  beforeAll(() => start({}));
  afterAll(stop);

  test('a newcomer signs up there, comes back, and the origin is told who it is', async () => {
    const person = await somebody('/strict/a?b=c');
    expect(person.browser.page.url).toBe(`${gate}/strict/a?b=c`);
    expect(person.browser.page.text).toBe('from the origin');
    const sub = expect.stringMatching(/^[\w-]{22}$/);
    expect(await ground.assertion('/strict')).toMatchObject({
      ok: true,
      claims: {
        iss: gate,
        sub,
        sub_id: { format: 'iss_sub', iss: issuer.url, sub },
        email: person.email,
        name: person.name,
        amr: ['pwd'],
        acr: 'urn:portcullis:acr:single-factor',
        auth_time: expect.any(Number),
      },
    });
    expect(ground.received.at(-1)?.cookie).toBe(undefined);
    expect(JSON.stringify(ground.received.at(-1))).not.toContain('pc_');
  });

  test('nothing of an issuer is here but the keys', async () => {
    expect((await send(`${gate}/.well-known/jwks.json`)).status).toBe(200);
    for (const path of ['/signin', '/oauth/token', '/.well-known/openid-configuration', '/account']) {
      const answer = await send(gate + path, { headers: script });
      // The public route of the origin, or nothing.
      expect([answer.status, answer.text]).not.toContain(405);
      expect(answer.text).not.toContain(issuer.url);
    }
  });

  test('a sign-out there is felt by the next request under strict, and within N seconds otherwise', async () => {
    const person = await somebody();
    expect(await status(person, '/strict/a')).toBe(200);
    expect(await status(person, '/within/a')).toBe(200);
    const kept = person.browser.cookies.get('portcullis-gate') ?? '';
    await person.browser.open(`${issuer.url}/account`);
    await person.browser.submit('/account/sign-out-everywhere');
    const at = Date.now();
    person.browser.cookies.set('portcullis-gate', kept);
    await expect.poll(() => status(person, '/within/a'), { timeout: 5000, interval: 100 }).toBe(401);
    expect(Date.now() - at).toBeLessThan(3500);
    const another = await somebody();
    expect(await status(another, '/strict/a')).toBe(200);
    const itsHandle = another.browser.cookies.get('portcullis-gate') ?? '';
    await another.browser.open(`${issuer.url}/account`);
    await another.browser.submit('/account/sign-out-everywhere');
    another.browser.cookies.set('portcullis-gate', itsHandle);
    expect(await status(another, '/strict/a')).toBe(401);
  });

  test('signing out at the gate ends the session there', async () => {
    const person = await somebody();
    const kept = person.copy();
    await person.browser.open(`${gate}/.portcullis/sign-out`);
    expect(person.browser.page.text).toContain('Sign out?');
    await person.browser.submit('/.portcullis/sign-out');
    expect(person.browser.page.url).toBe(`${gate}/`);
    expect(await status(kept, '/strict/a')).toBe(401);
    expect((await kept.browser.open(`${issuer.url}/account`)).url).toContain('/signin');
  });

  test('an app behind the gate is told who is there, signs out, and is told that nobody is', async () => {
    const person = await somebody();
    const { browser } = person;
    const session = () => browser.send(`${gate}/.portcullis/session`, { headers: script });
    const told = await session();
    expect([told.status, jsonOf(told)]).toEqual([
      200,
      expect.objectContaining({ email: person.email, name: person.name, amr: ['pwd'] }),
    ]);
    expect(told.text).not.toContain('"sid"');
    const kept = person.copy();
    const out = await browser.send(`${gate}/.portcullis/sign-out`, {
      method: 'POST',
      headers: { ...script, Origin: gate, Accept: 'application/json' },
    });
    const { location } = jsonOf(out) as { location: string };
    expect([out.status, location]).toEqual([200, `${gate}/.portcullis/sign-out/finish`]);
    const after = await kept.browser.send(`${gate}/.portcullis/session`, { headers: script });
    expect([after.status, jsonOf(after)]).toMatchObject([
      401,
      { error: 'login_required', cause: 'sign_out' },
    ]);
    await browser.open(location);
    expect((await browser.open(`${issuer.url}/account`)).url).toContain('/signin');
  });

  test('a session goes on when its access token is over', async () => {
    const person = await somebody();
    await new Promise((resume) => setTimeout(resume, 31_000));
    const asked = await Promise.all(Array.from({ length: 12 }, () => status(person, '/strict/a')));
    expect(new Set(asked)).toEqual(new Set([200]));
    expect(await status(person, '/strict/b')).toBe(200);
  });

  test('a stronger sign-in than the person can make is a page, not a circle; a recent one is made', async () => {
    const person = await somebody();
    await person.browser.open(`${gate}/recent/a`);
    expect(person.browser.page.text).toBe('from the origin');
    // Asked once for the second factor that nobody set up.
    await person.browser.open(`${gate}/mfa/a`);
    expect(new URL(person.browser.page.url).origin).toBe(issuer.url);
    await person.signInHere();
    expect([400, 403]).toContain(person.browser.page.status);
    expect(new URL(person.browser.page.url).origin).toBe(gate);
    expect(await status(person, '/strict/a')).toBe(200);
  });

  test('a script is told where to sign in, and a made-up cookie is nobody', async () => {
    const answer = await send(`${gate}/strict/a`, { headers: { ...script, Cookie: 'portcullis-gate=x' } });
    expect(answer.status).toBe(401);
    expect(jsonOf(answer)).toMatchObject({ error: 'login_required' });
  });
});

describe('with a Portcullis elsewhere that sends logout tokens', () => {
  beforeAll(() => start({ BACKCHANNEL: 'yes' }));
  afterAll(stop);

  test('a logout token that is none is refused', async () => {
    for (const body of ['', 'logout_token=x', 'logout_token=a.b.c', `logout_token=${'x'.repeat(40_000)}`]) {
      const answer = await send(`${gate}/.portcullis/backchannel-logout`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body,
      });
      expect([400, 413]).toContain(answer.status);
    }
  });

  test('a sign-out there ends the session at the gate: nobody needs to ask any more', async () => {
    const [person, bystander] = [await somebody(), await somebody()];
    const kept = person.copy();
    await person.browser.open(`${issuer.url}/account`);
    await person.browser.submit('/account/sign-out-everywhere');
    // The issuer tells at once, after its answer.
    await new Promise((resume) => setTimeout(resume, 1500));
    await issuer.stop();
    expect(await status(kept, '/strict/a')).toBe(401);
    // What cannot be found out is refused, and is no end.
    expect(await status(bystander, '/strict/a')).toBe(503);
    expect(await status(bystander, '/minute/a')).toBe(200);
  });
});
