import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';
import { jsonOf } from './http.ts';
import { demo, Person, tokensOf } from './person.ts';

const CONCURRENT = 50;

let runtime: Runtime;
let person: Person;
beforeAll(async () => {
  runtime = await startRuntime();
  person = new Person(runtime.url);
  await person.signUp();
});
afterAll(() => runtime.stop());

/** A token's place in its chain: bytes 26 to 29 of what follows the prefix. */
const generationOf = (refreshToken: string): number =>
  Buffer.from(refreshToken.slice('pc_rt_'.length), 'base64url').readUInt32BE(26);

/** Sends the same request on as many connections at once. */
const atOnce = <T>(send: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: CONCURRENT }, send));

describe('50 at once', () => {
  test('redemptions of one refresh token get one and the same successor, which works', async () => {
    const app = demo(runtime.url);
    const first = await person.tokens();
    let { refreshToken } = first;
    for (let generation = 1; generation <= 5; generation += 1) {
      const answers = await atOnce(() => app.refresh(refreshToken));
      expect(answers.map(({ status }) => status)).toEqual(Array(CONCURRENT).fill(200));
      const successors = new Set(answers.map((answer) => tokensOf(answer).refreshToken));
      expect(successors.size).toBe(1);
      [refreshToken = ''] = successors;
      expect(generationOf(refreshToken)).toBe(generation);
    }
    // Two generations back there is no grace: the chain did not fork, and a copy of its past ends it.
    expect(jsonOf(await app.refresh(first.refreshToken))).toMatchObject({
      error: 'invalid_grant',
      cause: 'reuse',
    });
    const answers = await atOnce(() => app.refresh(refreshToken));
    for (const answer of answers)
      expect(jsonOf(answer)).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
  });

  test('redemptions of one code have one success, and the others end what it issued', async () => {
    const app = demo(runtime.url);
    const { code, codeVerifier } = await person.code();
    const answers = await atOnce(() => app.redeem(code, codeVerifier));
    const [success, ...others] = answers.toSorted((a, b) => a.status - b.status);
    expect(success?.status).toBe(200);
    expect(others.map((answer) => [answer.status, jsonOf(answer).error])).toEqual(
      Array(CONCURRENT - 1).fill([400, 'invalid_grant']),
    );
    // RFC 6749 §4.1.2: a code that was used twice may have been stolen, and so may its tokens.
    const tokens = success ? tokensOf(success) : undefined;
    expect(jsonOf(await app.refresh(tokens?.refreshToken ?? ''))).toMatchObject({ cause: 'code_reuse' });
    expect((await app.userinfo(tokens?.accessToken ?? '')).status).toBe(401);
  });

  test('refreshes of as many families of one person do not hold each other up or mix', async () => {
    const app = demo(runtime.url);
    const families = await atOnce(() => person.tokens());
    expect(new Set(families.map(({ refreshToken }) => refreshToken)).size).toBe(CONCURRENT);
    const refreshed = await Promise.all(families.map(({ refreshToken }) => app.refresh(refreshToken)));
    const successors = refreshed.map((answer) => tokensOf(answer).refreshToken);
    expect(new Set(successors).size).toBe(CONCURRENT);
    expect(successors.map(generationOf)).toEqual(Array(CONCURRENT).fill(1));
  });

  test('a revocation among refreshes ends the family for all that come after it', async () => {
    const app = demo(runtime.url);
    const { refreshToken } = await person.tokens();
    const refreshes = atOnce(() => app.refresh(refreshToken));
    expect((await app.revoke(refreshToken)).status).toBe(200);
    for (const { status } of await refreshes) expect([200, 400]).toContain(status);
    const after = await atOnce(() => app.refresh(refreshToken));
    for (const answer of after) {
      expect(jsonOf(answer)).toMatchObject({ error: 'invalid_grant', cause: 'revoked_by_client' });
    }
  });

  test('sign-ups with one email make one account', async () => {
    const first = new Person(runtime.url);
    const people = [first, ...Array.from({ length: 4 }, () => first.elsewhere())];
    const answers = await Promise.all(people.map((twin) => twin.signUp()));
    const accounts = answers.filter(({ url }) => new URL(url).pathname === '/account');
    expect(accounts).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(people.length - 1);
  });
});
