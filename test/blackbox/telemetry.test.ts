import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { catalogue, type MetricName, metricOf } from '../../src/telemetry/catalogue.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort, type Runtime, startRuntime } from '../runtime/runtime.ts';
import { type Family, parseExposition, sumOf } from '../telemetry/exposition.ts';
import { type CollectedSpan, type Collector, startCollector } from './collector.ts';
import { type Origin, startOrigin } from './gate-ground.ts';
import { jsonOf, send } from './http.ts';
import { demo, Person, type Tokens, tokensOf } from './person.ts';

/** Waits until something holds: the platform does it in the background. */
async function until<T>(ask: () => Promise<T> | T, holds: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask();
    if (holds(answer) || tries === 100) return answer;
    await wait(100);
  }
}

/** Signs up, signs in elsewhere after a wrong password, refreshes twice, and is robbed of the first refresh token. */
async function journey(url: string): Promise<{ person: Person; elsewhere: Person; tokens: Tokens[] }> {
  const person = new Person(url);
  await person.signUp();
  const elsewhere = person.elsewhere();
  await elsewhere.browser.open(`${url}/signin`);
  await elsewhere.browser.submit('/signin', { email: person.email, password: 'not the one that it is' });
  expect(elsewhere.browser.page.status).toBe(401);
  await elsewhere.signIn();
  const first = await person.tokens();
  const second = tokensOf(await demo(url).refresh(first.refreshToken));
  const third = tokensOf(await demo(url).refresh(second.refreshToken));
  expect(jsonOf(await demo(url).refresh(first.refreshToken))).toMatchObject({ cause: 'reuse' });
  expect(jsonOf(await demo(url).refresh(third.refreshToken))).toMatchObject({ cause: 'reuse' });
  return { person, elsewhere, tokens: [first, second, third] };
}

test('docs/operations.md has every metric, with its labels and its columns', async () => {
  const text = await readFile(join(root, 'docs/operations.md'), 'utf8');
  const rows = new Map(
    [...text.matchAll(/^\| `(portcullis_\w+)` \| (.*) \| (.*) ?\|$/gm)].map(([, name, labels, columns]) => [
      name,
      { labels: labels ?? '', columns: columns ?? '' },
    ]),
  );
  const names = Object.keys(catalogue) as MetricName[];
  expect([...rows.keys()].sort()).toEqual([...names].sort());
  for (const name of names) {
    const { labels, column } = metricOf(name);
    for (const label of Object.keys(labels)) expect(rows.get(name)?.labels, name).toContain(`\`${label}\``);
    const columns = typeof column === 'object' ? Object.values(column) : (column ?? []);
    for (const one of [columns].flat()) expect(rows.get(name)?.columns, name).toContain(one);
  }
});

describe('GET /metrics in development', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await startRuntime();
  });
  afterAll(() => runtime.stop());

  const scraped = async (): Promise<Family[]> => {
    const answer = await send(`${runtime.url}/metrics`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    return parseExposition(answer.text);
  };

  test('has the exact counts of a journey', async () => {
    const { person } = await journey(runtime.url);
    await person.browser.open(`${runtime.url}/demo/private/`);
    expect(person.browser.page.text).toContain('Hello');
    expect((await send(`${runtime.url}/demo/api/me`)).status).toBe(401);
    expect((await send(`${runtime.url}/nowhere`)).status).toBe(404);

    // The welcome, a word about the sign-in elsewhere, and the warning of the reuse.
    const mailed = (families: Family[]) => sumOf(families, 'portcullis_mails_total', { outcome: 'sent' });
    const families = await until(scraped, (found) => mailed(found) >= 3);
    const count = (name: string, labels: Record<string, string>) =>
      sumOf(families, `portcullis_${name}_total`, labels);

    expect(mailed(families)).toBe(3);
    expect(count('sign_ins', {})).toBe(2);
    expect(count('sign_ins', { method: 'password', outcome: 'opened' })).toBe(2);
    expect(count('factors', {})).toBe(2);
    expect(count('factors', { method: 'password', outcome: 'wrong' })).toBe(1);
    expect(count('factors', { method: 'password', outcome: 'proved' })).toBe(1);
    expect(count('refreshes', {})).toBe(4);
    expect(count('refreshes', { outcome: 'rotated', reason: '' })).toBe(2);
    expect(count('refreshes', { outcome: 'ended', reason: 'reuse' })).toBe(1);
    expect(count('refreshes', { outcome: 'refused', reason: 'already_ended' })).toBe(1);
    expect(count('gate_decisions', { decision: 'sign_in' })).toBe(1);
    expect(count('gate_decisions', { decision: 'own_path' })).toBe(1);
    expect(count('gate_decisions', { decision: 'admitted' })).toBe(1);
    expect(count('gate_decisions', { decision: 'refused' })).toBe(2);
    expect(count('gate_decisions', { decision: 'refused', reason: 'login_required' })).toBe(1);
    expect(count('gate_decisions', { decision: 'refused', reason: 'no_route' })).toBe(1);

    const requests = (route: string, method: string, status: string) =>
      count('http_requests', { route, method, status });
    expect(requests('/signup', 'GET', '200')).toBe(1);
    expect(requests('/signup', 'POST', '303')).toBe(1);
    expect(requests('/signin', 'POST', '401')).toBe(1);
    expect(requests('/signin', 'POST', '303')).toBe(1);
    // The code, and two refreshes; the reuse, and what came after it.
    expect(requests('/oauth/token', 'POST', '200')).toBe(3);
    expect(requests('/oauth/token', 'POST', '400')).toBe(2);
    const { host } = new URL(runtime.url);
    expect(requests(`${host}/demo/private/*`, 'GET', '200')).toBe(1);
    expect(requests(`${host}/demo/private/*`, 'GET', '302')).toBe(1);
    expect(requests(`${host}/demo/api/*`, 'GET', '401')).toBe(1);
    expect(requests('none', 'GET', '404')).toBe(1);
    expect(sumOf(families, 'portcullis_http_request_duration_seconds_count')).toBe(
      count('http_requests', {}),
    );

    // The code's access token and ID token, an access token for each refresh, the gate's assertion.
    expect(count('signatures', { alg: 'ES256' })).toBe(4);
    expect(count('signatures', { alg: 'RS256' })).toBe(1);
    expect(count('object_calls', { outcome: 'answered' })).toBe(count('object_calls', {}));
    expect(sumOf(families, 'portcullis_object_call_duration_seconds_count')).toBe(count('object_calls', {}));
    expect(count('object_retries', {})).toBe(0);
    expect(count('jwks_lookups', { keys: 'own' })).toBeGreaterThan(count('jwks_fetches', { keys: 'own' }));
    expect(count('outbox_events', { receiver: 'audit', outcome: 'taken' })).toBeGreaterThanOrEqual(4);
    expect(count('outbox_events', { outcome: 'later' })).toBe(0);
  });

  test('a refresh is one call of one object, and one signature', async () => {
    const person = new Person(runtime.url);
    await person.signUp();
    const { refreshToken } = await person.tokens();
    const of = (families: Family[]) => [
      sumOf(families, 'portcullis_object_calls_total', { object: 'UserObject' }),
      sumOf(families, 'portcullis_signatures_total'),
    ];
    // Until what the sign-up left for the alarm is done: it calls objects as well.
    await wait(1_000);
    const [calls = 0, signatures = 0] = of(await scraped());
    tokensOf(await demo(runtime.url).refresh(refreshToken));
    expect(of(await scraped())).toEqual([calls + 1, signatures + 1]);
  });

  test('has nobody’s words or names in it, whatever they are', async () => {
    const person = new Person(runtime.url);
    await person.signUp();
    await send(`${runtime.url}/a-made-up-path?token=abc`, { method: 'MADEUP' }).catch(() => undefined);
    await send(`${runtime.url}/oauth/register/made-up-client`);
    const { text } = await send(`${runtime.url}/metrics`);
    for (const word of ['made-up', 'MADEUP', 'abc', person.email, 'pc_']) expect(text).not.toContain(word);
    expect(text).toContain('route="/oauth/register/:client_id"');
  });

  test('is for programs: GET and HEAD, and no page of another origin', async () => {
    const answer = await send(`${runtime.url}/metrics`, { headers: { Origin: 'https://elsewhere.test' } });
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect((await send(`${runtime.url}/metrics`, { method: 'POST' })).status).toBe(405);
  });
});

describe('a Worker that says all that it can', () => {
  let collector: Collector;
  let origin: Origin;
  let runtime: Runtime;
  const secret = 'Authorization=Bearer%20of-the-collector';

  beforeAll(async () => {
    [collector, origin] = await Promise.all([startCollector(), startOrigin()]);
    runtime = await startIssuer({
      worker: join(root, 'test/workers/telemetry.ts'),
      bindings: {
        ORIGIN_URL: origin.url,
        NOBODY_URL: `http://127.0.0.1:${await freePort()}`,
        COLLECTOR_URL: collector.url,
        PORTCULLIS_OTLP_HEADERS: secret,
      },
    });
  });
  afterAll(async () => {
    await runtime?.stop();
    await Promise.all([collector.close(), origin.close()]);
  });

  const logged = (): Record<string, unknown>[] =>
    runtime
      .logs()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  /** The trace of the next request with this name. */
  async function traceOf(name: string, ask: () => Promise<unknown>): Promise<CollectedSpan[]> {
    await collector.settles();
    collector.bodies.length = 0;
    await ask();
    const find = () => collector.traces().find(([first]) => first?.name === name);
    const trace = await until(find, (found) => found !== undefined);
    if (!trace) throw new Error(`no trace of ${name}: ${collector.bodies.join('\n')}`);
    return trace;
  }

  test('traces a refresh: the request, the issuer in it, the call of the object in that', async () => {
    const person = new Person(runtime.url);
    await person.signUp();
    const { refreshToken } = await person.tokens();
    const trace = await traceOf('POST /oauth/token', () => demo(runtime.url).refresh(refreshToken));
    expect(trace.map(({ name, kind }) => [name, kind])).toEqual([
      ['POST /oauth/token', 2],
      ['issuer', 1],
      ['UserObject/refresh', 3],
    ]);
    const [request, issuer, call] = trace;
    expect(new Set(trace.map(({ traceId }) => traceId)).size).toBe(1);
    expect(request?.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    for (const { spanId } of trace) expect(spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
    expect(request?.parentSpanId).toBeUndefined();
    expect(issuer?.parentSpanId).toBe(request?.spanId);
    expect(call?.parentSpanId).toBe(issuer?.spanId);
    expect(request?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/oauth/token',
      'http.response.status_code': 200,
      'portcullis.part': 'issuer',
      'portcullis.request_id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(call?.attributes).toEqual({
      'rpc.service': 'UserObject',
      'rpc.method': 'refresh',
      'portcullis.outcome': 'answered',
      'portcullis.retries': 0,
    });
    for (const span of trace) {
      const [from, to] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
      expect(to).toBeGreaterThanOrEqual(from);
      expect(from).toBeGreaterThanOrEqual(BigInt(request?.startTimeUnixNano ?? 0));
      expect(Number(to / 1_000_000n)).toBeLessThanOrEqual(Date.now());
      expect(span.status).toEqual({});
    }
    expect(collector.headers.at(-1)?.authorization).toBe('Bearer of-the-collector');
  });

  test('traces a passage through the gate: the session asked for, the origin asked, which hears nothing of it', async () => {
    const person = new Person(runtime.url);
    await person.signUp();
    await person.browser.open(`${runtime.url}/strict/hello`);
    origin.reached.length = 0;
    const host = new URL(runtime.url).host;
    const theirs = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const trace = await traceOf(`GET ${host}/strict/*`, () =>
      person.browser.send(`${runtime.url}/strict/hello?secret=in-a-query`, {
        headers: { traceparent: theirs },
      }),
    );
    const [request, gate, ...rest] = trace;
    expect(gate).toMatchObject({ name: 'gate', kind: 1, parentSpanId: request?.spanId });
    expect(rest.map(({ name, kind }) => [name, kind])).toEqual([
      ['UserObject/status', 3],
      ['origin', 3],
    ]);
    for (const span of rest) expect(span.parentSpanId).toBe(gate?.spanId);
    expect(request?.links).toEqual([
      { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
    ]);
    expect(request?.traceId).not.toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    // What the caller sent goes on as any header of theirs does; of ours there is nothing.
    expect(origin.reached.map(({ headers }) => headers.traceparent)).toEqual([theirs]);
  });

  test('an error page, the lines of the log and the trace have one id', async () => {
    const trace = await traceOf(`GET ${new URL(runtime.url).host}/nobody/*`, async () => {
      const page = await send(`${runtime.url}/nobody/here?code=in-a-query`, {
        headers: { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
      });
      expect(page.status).toBe(502);
      const lines = await until(logged, (found) => found.some(({ status }) => status === 502));
      const access = lines.find(({ status }) => status === 502);
      const failure = lines.find(({ event }) => event === 'gate.origin_unreachable');
      expect(access?.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(failure?.requestId).toBe(access?.requestId);
      expect(page.text).toContain(String(access?.requestId));
    });
    const failed = logged().find(({ event }) => event === 'gate.origin_unreachable');
    expect(trace[0]?.attributes['portcullis.request_id']).toBe(failed?.requestId);
    expect(trace[0]?.status).toEqual({ code: 2 });
  });

  test('has no secret, person or address of theirs in its log, its numbers or its traces', async () => {
    collector.bodies.length = 0;
    const address = '203.0.113.77';
    const { person, elsewhere, tokens } = await journey(runtime.url);
    const headers = { 'CF-Connecting-IP': address, 'X-Forwarded-For': address };
    await person.browser.send(`${runtime.url}/strict/hello?q=in-a-query`, { headers });
    await send(`${runtime.url}/nobody/in-a-path?q=in-a-query`, { headers });
    await person.browser.open(`${runtime.url}/account`);
    await wait(1_500);
    const said = [runtime.logs(), ...collector.bodies, (await send(`${runtime.url}/metrics`)).text].join(
      '\n',
    );
    const secrets = [
      person.email,
      person.name,
      person.password,
      'not the one that it is',
      ...[person, elsewhere].flatMap(({ browser }) => [...browser.cookies.values()]),
      ...tokens.flatMap((one) => Object.values(one)),
      'of-the-collector',
      address,
      'in-a-query',
      'in-a-path',
      '@example.com',
      'Firefox',
    ];
    for (const text of secrets.filter(Boolean)) expect(said.includes(text), text).toBe(false);
    expect(said).not.toMatch(/pc_[a-z]{2}_|eyJ[\w-]{10}/);
    // The lines are there, one for each request, with what they may say and no more.
    const access = logged().filter(({ event }) => event === 'request.answered');
    expect(access.length).toBeGreaterThan(15);
    for (const line of access) {
      expect(Object.keys(line).sort()).toEqual(
        ['event', 'level', 'method', 'milliseconds', 'part', 'requestId', 'route', 'status'].sort(),
      );
    }
    expect(access).toContainEqual(
      expect.objectContaining({ part: 'issuer', route: '/oauth/token', method: 'POST', status: 400 }),
    );
  });

  test.each(['refuses', 'hangs'] as const)('answers when the receiver of traces %s', async (how) => {
    collector.behaves(how);
    try {
      const { person } = await journey(runtime.url);
      await person.browser.open(`${runtime.url}/strict/hello`);
      expect(person.browser.page.text).toBe('from the origin');
      const dropped = await until(
        async () => {
          const { text } = await send(`${runtime.url}/metrics`);
          return sumOf(parseExposition(text), 'portcullis_telemetry_dropped_total', { what: 'export' });
        },
        (count) => count > 0,
      );
      expect(dropped).toBeGreaterThan(0);
    } finally {
      collector.behaves('takes');
    }
  });
});

test('origins are told of a trace where the operator wants that, and then of ours alone', async () => {
  const [collector, origin] = await Promise.all([startCollector(), startOrigin()]);
  const runtime = await startIssuer({
    worker: join(root, 'test/workers/telemetry.ts'),
    bindings: {
      ORIGIN_URL: origin.url,
      NOBODY_URL: origin.url,
      COLLECTOR_URL: collector.url,
      PROPAGATE: '1',
    },
  });
  try {
    const theirs = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await send(`${runtime.url}/public/hello`, { headers: { traceparent: theirs, tracestate: 'a=1' } });
    await until(
      () => collector.bodies.length,
      (count) => count > 0,
    );
    const [trace = []] = collector.traces();
    const span = trace.find(({ name }) => name === 'origin');
    const [reached] = origin.reached;
    expect(reached?.headers.traceparent).toBe(`00-${span?.traceId}-${span?.spanId}-01`);
    expect(reached?.headers.tracestate).toBeUndefined();
  } finally {
    await runtime.stop();
    await Promise.all([collector.close(), origin.close()]);
  }
});
