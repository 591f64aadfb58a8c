import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort, type Runtime } from '../runtime/runtime.ts';
import { openConnection } from './connection.ts';
import { hostileTarget } from './hostile-target.ts';
import { parsers } from './origin-parsers.ts';
import { Person } from './person.ts';
import { seed, seeded } from './random.ts';

// Whatever arrives at an origin was decided on as that very request, however the origin reads it. Each route of
// test/workers/routed.ts has an origin of its own, so that the place where a request arrives tells what it was taken for.
// PORTCULLIS_SEED makes one run again, PORTCULLIS_FUZZ_REQUESTS makes it longer or shorter.

const REQUESTS = Number(process.env.PORTCULLIS_FUZZ_REQUESTS ?? 20_000);
const CONNECTIONS = 8;

/** The routes once more, written another way: first match wins. */
const rules: { name: string; isPublic: boolean; methods?: string[]; takes: RegExp }[] = [
  { name: 'items', isPublic: false, methods: ['POST', 'DELETE'], takes: /^\/api\/[^/]+\/items\/[^/]+$/ },
  { name: 'admin', isPublic: false, takes: /^\/admin(?:\/|$)/ },
  { name: 'private', isPublic: false, takes: /^\/api\/[^/]+\/private(?:\/|$)/ },
  { name: 'files', isPublic: false, takes: /^\/files\/.*\.pdf$/s },
  { name: 'static', isPublic: true, takes: /^\/portal\/static(?:\/|$)/ },
  { name: 'styles', isPublic: true, takes: /^\/portal\/.*\.css$/s },
  { name: 'portal', isPublic: false, takes: /^\/portal(?:\/|$)/ },
  { name: 'docs', isPublic: true, takes: /^\/docs\/[^/]+$/ },
  { name: 'drafts', isPublic: false, takes: /^\/docs(?:\/|$)/ },
  { name: 'public', isPublic: true, takes: /^/ },
];
const ruleOf = (path: string, method: string) =>
  rules.find(({ methods, takes }) => (!methods || methods.includes(method)) && takes.test(path));

/** What an origin may believe, and only the gate may tell it. */
const forbidden =
  /^(?:x-original-ur|x-rewrite-url|x-envoy-original-path|x-http-method|x-method-override|x-forwarded-(?:uri|prefix|path)|x-host$|x-real-ip$)/;

let runtime: Runtime;
let host: string;
let servers: Server[];
let session: string[];
/** What reached each origin since the last run, and what was wrong with it. */
let arrived: Map<string, number>;
let wrong: string[];

function judge(name: string, request: IncomingMessage): string | undefined {
  const { method = '', url = '', headers } = request;
  const decided = rules.find((rule) => rule.name === name);
  const path = /^[^?#]*/.exec(url)?.[0] ?? '';
  for (const [parser, read] of Object.entries(parsers)) {
    const seen = ruleOf(read(path), method);
    // A reading that is laxer than the decision is harmless; one that another rule protects is a way around that rule.
    if (seen?.name !== name && !seen?.isPublic) return `${parser}: ${seen?.name}`;
  }
  if (ruleOf(path, method)?.name !== name) return 'the path as it stands is of another route';
  if ('portcullis-assertion' in headers === decided?.isPublic)
    return 'the assertion is that of another route';
  if (headers['x-forwarded-host'] !== host) return `x-forwarded-host is ${headers['x-forwarded-host']}`;
  const told = Object.keys(headers).find((header) => forbidden.test(header.replaceAll('_', '-')));
  return told && `the origin is told ${told}`;
}

beforeAll(async () => {
  servers = rules.map(({ name }) =>
    createServer({ insecureHTTPParser: true, maxHeaderSize: 65_536 }, (request, response) => {
      arrived.set(name, (arrived.get(name) ?? 0) + 1);
      const fault = judge(name, request);
      if (fault) wrong.push(`${request.method} ${request.url} came as ${name}; ${fault}`);
      response.end();
    }).listen(0, '127.0.0.1'),
  );
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const origins = rules.map(({ name }, index) => [
    name,
    `http://127.0.0.1:${(servers[index]?.address() as AddressInfo | undefined)?.port}`,
  ]);
  const port = await freePort();
  // Another host than that of the issuer, without a name that somebody would have to resolve.
  host = `127.0.0.1:${port}`;
  runtime = await startIssuer({
    port,
    worker: join(root, 'test/workers/routed.ts'),
    // A pattern: sign-in and everything else must work on each of its hosts.
    bindings: {
      ROUTED_HOST: `127.0.0.*:${port}`,
      ROUTED_ORIGINS: JSON.stringify(Object.fromEntries(origins)),
    },
  });
  [arrived, wrong] = [new Map(), []];

  const person = new Person(runtime.url);
  await person.browser.open(`http://${host}/admin/`);
  await person.browser.follow('Sign up');
  await person.signUpHere();
  session = [
    `Cookie: portcullis-gate=${person.browser.cookies.get('portcullis-gate')}`,
    'Sec-Fetch-Site: same-origin',
  ];
});
afterAll(async () => {
  await runtime?.stop();
  for (const server of servers) server.close();
});

async function run(start: number, requests: number): Promise<Map<number, number>> {
  const random = seeded(start);
  const seen = new Map<number, number>();
  [arrived, wrong] = [new Map(), []];
  let sent = 0;
  const runner = async (): Promise<void> => {
    const connection = openConnection(runtime.url);
    while (sent < requests && wrong.length === 0) {
      sent += 1;
      const { method, bytes } = hostileTarget(random, host, session);
      const status = await connection.send(bytes, method).catch((error) => {
        throw new Error(`${error} to ${JSON.stringify(bytes.slice(0, 300))}, seed ${start}`);
      });
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, runner));
  const passed = [...arrived.values()].reduce((sum, count) => sum + count, 0);
  const table = [...seen].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  console.info(
    `PORTCULLIS_SEED=${start}: ${sent} requests, ${passed} reached an origin, ${sent - passed} did not (${table.join(', ')}); ${[...arrived].map(([name, count]) => `${name} ${count}`).join(', ')}`,
  );
  return seen;
}

test(`of ${REQUESTS} hostile requests none reaches an origin as what it is not`, {
  timeout: 300_000,
}, async () => {
  // Always the same ones, then a quarter as many that nobody has seen.
  for (const [start, requests] of [
    [6, REQUESTS],
    [seed(), REQUESTS / 4],
  ] as const) {
    const seen = await run(start, requests);
    expect(wrong, `seed ${start}`).toEqual([]);
    // It got through to every route, and was refused in every way: otherwise this would prove little.
    expect([...arrived.keys()].sort()).toEqual(rules.map(({ name }) => name).sort());
    for (const status of [200, 400, 401, 404]) expect(seen.get(status) ?? 0).toBeGreaterThan(requests / 100);
  }
});
