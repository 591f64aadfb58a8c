import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort, type Runtime, startRuntime, type WorkerDefinition } from './runtime.ts';

const counter: WorkerDefinition = {
  name: 'counter',
  script: `
    import { DurableObject } from 'cloudflare:workers';
    export class Counter extends DurableObject {
      add() {
        const { sql } = this.ctx.storage;
        sql.exec('CREATE TABLE IF NOT EXISTS count (id INTEGER PRIMARY KEY, value INTEGER)');
        return sql.exec('INSERT INTO count VALUES (1, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value').one().value;
      }
    }
    export default {
      async fetch(request, env) {
        const { pathname } = new URL(request.url);
        if (pathname === '/throw') throw new Error('boom');
        if (pathname === '/neighbour') return env.NEIGHBOUR.fetch(request);
        if (pathname === '/stores') {
          const stored = await env.STORE.get('key');
          await env.STORE.put('key', 'kept');
          await env.DATABASE.exec('CREATE TABLE IF NOT EXISTS log (entry TEXT)');
          const { results } = await env.DATABASE.prepare('SELECT count(*) AS entries FROM log').all();
          await env.DATABASE.exec("INSERT INTO log VALUES ('x')");
          return Response.json({ stored, entries: results[0].entries });
        }
        return Response.json({ url: request.url, count: await env.COUNTER.getByName('one').add() });
      },
    }`,
  durableObjects: { COUNTER: 'Counter' },
  kvNamespaces: ['STORE'],
  d1Databases: ['DATABASE'],
  services: { NEIGHBOUR: 'neighbour' },
};
const neighbour: WorkerDefinition = {
  name: 'neighbour',
  script: `export default { fetch: () => new Response('neighbour') }`,
  exposed: true,
};

const running = new Set<Runtime>();
const folders: string[] = [];
afterEach(async () => {
  await Promise.all([...running].map((runtime) => runtime.stop()));
  running.clear();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function start(options: { port?: number; persistTo?: string } = {}): Promise<Runtime> {
  const runtime = await startRuntime({ ...options, main: counter, workers: [neighbour] });
  running.add(runtime);
  return runtime;
}

const asker: WorkerDefinition = {
  name: 'asker',
  script: `export default { fetch: (request) => fetch(new URL(request.url).searchParams.get('url')) }`,
  exposed: true,
};

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'portcullis-runtime-test-'));
  folders.push(path);
  return path;
}

const json = async (url: string) => (await fetch(url)).json();

describe('the runtime of the black-box tests', () => {
  test('acknowledged writes survive SIGKILL in the middle of the load', async () => {
    const options = { port: await freePort(), persistTo: await folder() };
    let acknowledged = 0;
    for (let round = 0; round < 3; round++) {
      const runtime = await start(options);
      let open = true;
      const load = Array.from({ length: 8 }, async () => {
        while (open) {
          const answer = await json(runtime.url).catch(() => undefined);
          if (answer) acknowledged = Math.max(acknowledged, answer.count);
          else open = false;
        }
      });
      const before = acknowledged;
      while (acknowledged < before + 50) await new Promise((resume) => setTimeout(resume, 5));
      await runtime.kill();
      await Promise.all(load);
    }
    const { count } = await json((await start(options)).url);
    // At most the requests in flight at each SIGKILL were written without an answer.
    expect(count).toBeGreaterThan(acknowledged);
    expect(count).toBeLessThanOrEqual(acknowledged + 1 + 3 * 8);
  });

  test('KV and D1 survive SIGKILL as well', async () => {
    const persistTo = await folder();
    const first = await start({ persistTo });
    expect(await json(`${first.url}/stores`)).toEqual({ stored: null, entries: 0 });
    await first.kill();
    const second = await start({ persistTo });
    expect(await json(`${second.url}/stores`)).toEqual({ stored: 'kept', entries: 1 });
  });

  test('nothing answers after the end, whichever way it came', async () => {
    for (const end of ['stop', 'kill'] as const) {
      const runtime = await start();
      expect(await json(runtime.url)).toEqual({ url: `${runtime.url}/`, count: 1 });
      await runtime[end]();
      await expect(fetch(runtime.url)).rejects.toThrow('fetch failed');
      expect(() => process.kill(runtime.pid, 0)).toThrow('ESRCH');
    }
  });

  test('Workers reach each other by name, and an exposed one has its own address', async () => {
    const runtime = await start();
    expect(await (await fetch(`${runtime.url}/neighbour`)).text()).toBe('neighbour');
    expect(await (await fetch(runtime.urls.neighbour ?? '')).text()).toBe('neighbour');
  });

  test('its logs hold what the Worker threw, and its memory is that of workerd', async () => {
    const runtime = await start();
    expect((await fetch(`${runtime.url}/throw`)).status).toBe(500);
    await expect.poll(() => runtime.logs()).toContain('boom');
    expect(runtime.memory()).toBeGreaterThan(20 * 1024 * 1024);
  });

  test('a Worker that cannot start is an error that tells why', async () => {
    const broken = { name: 'broken', script: 'throw new Error("at start-up")' };
    await expect(startRuntime({ main: broken })).rejects.toThrow('at start-up');
  });
});

describe('Portcullis in the runtime', () => {
  test('answers at its address', async () => {
    const runtime = await startRuntime();
    running.add(runtime);
    const response = await fetch(`${runtime.url}/`);
    expect(response.status).toBe(200);
  });
});

test('on https the issuer says so, and this process and other Workers trust it', async () => {
  const runtime = await startRuntime({ https: true, workers: [asker] });
  running.add(runtime);
  expect(runtime.url).toMatch(/^https:\/\/localhost:\d+$/);
  const metadata = `${runtime.url}/.well-known/openid-configuration`;
  for (const address of [metadata, `${runtime.urls.asker}/?url=${encodeURIComponent(metadata)}`]) {
    expect(await (await fetch(address)).json(), address).toMatchObject({ issuer: runtime.url });
  }
  const page = await fetch(`${runtime.url}/signin`);
  expect(page.headers.get('Strict-Transport-Security')).not.toBeNull();
});
