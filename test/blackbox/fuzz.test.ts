import { afterAll, beforeAll, expect, test } from 'vitest';
import { fault } from './conduct.ts';
import { hostileRequest } from './hostile-request.ts';
import { type Answer, send } from './http.ts';
import { seed, seeded } from './random.ts';
import { isFromOrigin, received, recorder } from './recorder.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// Random requests with hostile parts to every endpoint and to the gate. What they mean is unknown, so only what must
// hold for all is asked: see conduct.ts. PORTCULLIS_SEED repeats a run, PORTCULLIS_FUZZ_REQUESTS makes it longer.

const REQUESTS = Number(process.env.PORTCULLIS_FUZZ_REQUESTS ?? 2000);
const AT_ONCE = 8;

let stand: Stand;
beforeAll(async () => {
  stand = await setUp({ workers: [recorder] });
});
afterAll(() => stand.runtime.stop());

/** Tokens and sessions end on the way; new ones let the fuzz get further than the first check. */
async function renewed(): Promise<void> {
  const { person, secrets } = stand;
  person.browser.cookies.clear();
  await person.signIn();
  stand.tokens = await person.tokens();
  for (const secret of [...person.browser.cookies.values(), ...Object.values(stand.tokens)])
    secrets.add(secret);
}

test(`${REQUESTS} random requests are answered decently`, { timeout: 60_000 + REQUESTS * 60 }, async () => {
  const start = seed();
  console.info(`PORTCULLIS_SEED=${start}`);
  const random = seeded(start);
  const seen = new Map<number, number>();
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
    if (sent % 200 === 0) await renewed();
    const batch = Array.from({ length: AT_ONCE }, () => hostileRequest(random, stand));
    await Promise.all(
      batch.map(async ({ path, ...rest }) => {
        const shown = `seed ${start}, about request ${sent}: ${JSON.stringify({ path, ...rest })}`;
        const answer: Answer = await send(stand.url + path, rest).catch((error) => {
          throw new Error(`${error} at ${shown}`);
        });
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        // What the origin sends is its own to decide, and what is no HTTP never got as far as the Worker.
        if (isFromOrigin(answer)) return;
        if (answer.status === 400 && answer.headers.get('Content-Type') === 'text/plain') return;
        expect(fault(answer, stand.secrets, rest.method), `${shown} -> ${answer.status} ${answer.text}`).toBe(
          undefined,
        );
      }),
    );
  }
  // It got through to every kind of answer, not only to the first refusal.
  for (const status of [200, 303, 400, 401, 403, 405]) expect(seen.get(status) ?? 0).toBeGreaterThan(0);
});

test('the origin saw protected paths with an assertion only, and nothing secret at all', async () => {
  const requests = await received(stand.runtime.urls);
  expect(requests.length).toBeGreaterThan(0);
  for (const request of requests) {
    const isProtected = /^\/demo\/(api|private)(\/|\?|$)/.test(request.target);
    expect('portcullis-assertion' in request.headers, request.target).toBe(isProtected);
    const { cookie, authorization } = request.headers;
    for (const secret of stand.secrets) expect(`${cookie} ${authorization}`).not.toContain(secret);
  }
});

test('nothing secret and nothing unforeseen is in the log of all this', () => {
  expect(logFault(stand)).toBeUndefined();
});
