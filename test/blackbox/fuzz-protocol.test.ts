import { afterAll, beforeAll, expect, test } from 'vitest';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type Fuzzed, fuzz } from './fuzz.ts';
import { protocolGround } from './protocol-ground.ts';

// Random requests with clients of every kind: pushed and signed requests, assertions, proofs, opaque tokens, devices,
// registrations. PORTCULLIS_FUZZ_REQUESTS makes it longer or shorter.

const REQUESTS = Number(process.env.PORTCULLIS_FUZZ_REQUESTS ?? 35_000);

let runtime: Runtime;
let ground: ReturnType<typeof protocolGround>;
beforeAll(async () => {
  runtime = await startIssuer();
  ground = protocolGround(runtime.url);
});
afterAll(() => runtime.stop());

let fuzzed: Fuzzed;

test(`${REQUESTS} random requests of all clients are answered decently`, {
  timeout: 60_000 + REQUESTS * 60,
}, async () => {
  const { url } = runtime;
  const { renew, secrets } = ground;
  const destinations = [url, 'https://client.test/', 'http://127.0.0.1', 'com.example.app:/callback'];
  fuzzed = await fuzz({ url, requests: REQUESTS, renew, secrets, destinations });
  // It got through to every kind of answer, not only to the first refusal.
  for (const status of [200, 201, 303, 400, 401, 403, 405])
    expect(fuzzed.seen.get(status) ?? 0, String(status)).toBeGreaterThan(0);
});

test('nothing that was sent is echoed unescaped, and nobody is led elsewhere', () => {
  expect(fuzzed.echoed).toEqual([]);
  // It does come back now and then, as text: otherwise this would prove nothing.
  expect(fuzzed.escaped).toBeGreaterThan(0);
});

test('nothing secret and nothing unforeseen is in the log of all this', () => {
  const logs = runtime.logs();
  for (const secret of ground.allSecrets) expect(logs.includes(secret), 'a secret in the log').toBe(false);
  expect(
    /.*(pc_[a-z]{2}_|eyJ[\w-]{20}|unexpected|Uncaught|issuer\.failed).*/.exec(logs)?.[0],
  ).toBeUndefined();
});
