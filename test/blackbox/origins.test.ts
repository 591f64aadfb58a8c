import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort, type Runtime, type WorkerDefinition } from '../runtime/runtime.ts';
import { jsonOf, send } from './http.ts';
import { Person } from './person.ts';

// The examples behind a real gate: the Node server over HTTP, the Worker by its service binding. What goes to them passes
// somebody who listens.
let runtime: Runtime;
let person: Person;
const close: (() => unknown)[] = [];

/** Listens between gate and Node origin. */
async function startTap(target: number): Promise<{ port: number; heard: IncomingHttpHeaders[] }> {
  const heard: IncomingHttpHeaders[] = [];
  const port = await freePort();
  const server = createServer((incoming, response) => {
    heard.push(incoming.headers);
    const { method, url: path, headers } = incoming;
    const onwards = httpRequest({ host: '127.0.0.1', port: target, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onwards);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  close.push(() => server.close());
  return { port, heard };
}

/** Listens between gate and Worker. */
const tapWorker: WorkerDefinition = {
  name: 'tap',
  exposed: true,
  services: { ORIGIN: 'workers-origin' },
  script: `
    const heard = [];
    export default {
      async fetch(request, env) {
        if (new URL(request.url).pathname === '/heard') return Response.json(heard);
        heard.push(Object.fromEntries(request.headers));
        return env.ORIGIN.fetch(request);
      },
    };`,
};

let nodeTap: Awaited<ReturnType<typeof startTap>>;
let nodePort: number;

beforeAll(async () => {
  nodePort = await freePort();
  nodeTap = await startTap(nodePort);
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const child = spawn(process.execPath, ['--no-warnings', 'examples/node-origin/server.ts'], {
    cwd: root,
    env: { ...process.env, PORTCULLIS_ISSUER: issuer, GATE: issuer, PORT: `${nodePort}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  close.push(() => child.kill());
  const [line] = await once(child.stdout, 'data');
  expect(String(line)).toBe(`Listening at http://127.0.0.1:${nodePort}\n`);
  runtime = await startIssuer({
    port,
    worker: join(root, 'test/workers/origins.ts'),
    bindings: { NODE_ORIGIN: `http://127.0.0.1:${nodeTap.port}` },
    services: { WORKERS_ORIGIN: 'tap' },
    workers: [
      tapWorker,
      {
        name: 'workers-origin',
        exposed: true,
        main: join(root, 'examples/workers-origin/worker.ts'),
        bindings: { PORTCULLIS_ISSUER: issuer, GATE: issuer },
      },
    ],
  });
  person = new Person(issuer);
  await person.browser.open(`${issuer}/node/account`);
  await person.browser.follow('Sign up');
  await person.signUpHere();
});
afterAll(async () => {
  for (const one of close) await one();
  await runtime?.stop();
});

const script = { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Site': 'same-origin' };

/** The headers with which a request reached an origin last. */
async function heard(kind: string): Promise<IncomingHttpHeaders> {
  const all =
    kind === 'node'
      ? nodeTap.heard
      : (jsonOf(await send(`${runtime.urls.tap}/heard`)) as unknown as IncomingHttpHeaders[]);
  const last = all.at(-1);
  if (!last) throw new Error('nothing was heard');
  const { host, connection, 'content-length': length, ...headers } = last;
  return headers;
}

describe.each(['node', 'worker'])('the %s origin behind the gate', (kind) => {
  const account = `/${kind}/account`;
  const payments = `/${kind}/payments`;
  /** Past the gate. */
  const around = (path: string, headers: IncomingHttpHeaders = {}, method = 'GET') =>
    send((kind === 'node' ? `http://127.0.0.1:${nodePort}` : runtime.urls['workers-origin']) + path, {
      method,
      headers,
    });
  const through = (path: string, method = 'GET') =>
    person.browser.send(runtime.url + path, { method, headers: script });

  test('knows who is calling', async () => {
    const answer = await through(account);
    expect([answer.status, jsonOf(answer)]).toEqual([
      200,
      { sub: expect.any(String), email: person.email, name: person.name },
    ]);
  });

  test('knows who asked for this very request', async () => {
    const answer = await through(`${payments}?to=bob&amount=1%2F2`, 'POST');
    expect([answer.status, jsonOf(answer)]).toEqual([200, { paidBy: expect.any(String) }]);
    expect((await through(`${payments}?to=bob&note='x'`, 'POST')).status).toBe(200);
  });

  test.each([account, payments])('refuses who went around the gate: %s', async (path) => {
    const forged = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmUifQ.';
    for (const headers of [{}, { 'portcullis-assertion': forged }, { 'x-forwarded-user': 'eve' }]) {
      const answer = await around(path, headers);
      expect(answer.status).toBe(401);
    }
  });

  test('refuses an assertion at another route', async () => {
    await through(account);
    const identity = await heard(kind);
    expect((await around(account, identity)).status).toBe(200);
    expect(jsonOf(await around(payments, identity))).toEqual({ error: 'audience_mismatch' });
    await through(payments, 'POST');
    expect(jsonOf(await around(account, await heard(kind), 'POST'))).toEqual({ error: 'audience_mismatch' });
  });

  test('refuses an assertion with another request than it was made for', async () => {
    const said = async (path: string, method: string, changed: IncomingHttpHeaders = {}) => {
      await through(`${payments}?to=bob`, 'POST');
      return jsonOf(await around(path, { ...(await heard(kind)), ...changed }, method));
    };
    const refused = { error: 'request_mismatch' };
    expect(await said(`${payments}?to=eve`, 'POST')).toEqual(refused);
    expect(await said(payments, 'POST')).toEqual(refused);
    expect(await said(`${payments}?to=bob`, 'PUT')).toEqual(refused);
    const { host } = new URL(runtime.url);
    for (const name of ['evil.example', `${host}${payments}?to=bob#`, `${host}${payments}#`]) {
      expect(await said(`${payments}?to=eve`, 'POST', { 'x-forwarded-host': name })).toEqual(refused);
    }
  });

  // The Worker of the example remembers none.
  const testNode = kind === 'node' ? test : undefined;
  testNode?.('refuses an assertion that was used', async () => {
    await through(`${payments}?to=bob`, 'POST');
    const overheard = await heard(kind);
    expect(jsonOf(await around(`${payments}?to=bob`, overheard, 'POST'))).toEqual({
      error: 'assertion_repeated',
    });
  });
});
