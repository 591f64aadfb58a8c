import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Runtime } from '../../runtime/runtime.ts';
import { inTurn, obtainTokens, portcullisServer, signUp } from '../flow.ts';
import { compare, connect, type Http, type Lane, type Measured, type Pace } from '../load.ts';
import { source, startGate } from '../servers.ts';
import type { Size } from './refresh.ts';

/** How a caller comes in and how fresh the decision is; `proxy` decides nothing. */
export const ways = ['cookie', 'bearer', 'within', 'strict', 'proxy'] as const;
export type Way = (typeof ways)[number];
/** Where the origin is: at a URL, as an HTTP server, or a Worker behind a service binding. */
export type OriginKind = 'url' | 'binding';

/** What each way's requests ask for, by the route that it takes. */
const routes: Record<Exclude<Way, 'proxy'>, string> = {
  cookie: 'token',
  bearer: 'token',
  within: 'within',
  strict: 'strict',
};

const asking =
  (http: Http, path: string, headers: Record<string, string>, asserted: boolean): Lane =>
  async () => {
    const { status, body } = await http.send({ method: 'GET', path, headers });
    if (status !== 200 || body !== JSON.stringify({ asserted }))
      throw new Error(`${path}: ${status} ${body}`);
  };

async function lanesOf(runtime: Runtime, own: Http, bare: Http, { users, chains }: Size) {
  const server = portcullisServer(own);
  const callers = await inTurn(Array.from({ length: users }), async () => {
    const { browser } = await signUp(own);
    const bearer = async (kind: OriginKind) => {
      const parameters = { client_id: 'demo', scope: 'openid', resource: `${runtime.url}/${kind}/token` };
      const { access_token } = await obtainTokens({ ...server, parameters }, browser);
      return { Authorization: `Bearer ${access_token}` };
    };
    // The navigation takes the browser through the sign-in and leaves the gate's cookie in it.
    await browser.visit('/url/strict/page');
    return { cookie: { Cookie: browser.cookie }, url: await bearer('url'), binding: await bearer('binding') };
  });
  return (kind: OriginKind): Record<Way, Lane[]> => {
    const lane = (way: Way) => (_: unknown, index: number) => {
      const caller = callers[index % callers.length] as (typeof callers)[number];
      if (way === 'proxy') return asking(bare, `/${kind}/token/me`, caller.cookie, false);
      const headers = way === 'bearer' ? caller[kind] : caller.cookie;
      return asking(own, `/${kind}/${routes[way]}/me`, headers, true);
    };
    const of = (way: Way) => Array.from({ length: users * chains }, lane(way));
    return {
      cookie: of('cookie'),
      bearer: of('bearer'),
      within: of('within'),
      strict: of('strict'),
      proxy: of('proxy'),
    };
  };
}

export type GateFigures = Record<OriginKind, Record<Way, Measured>> & {
  /** One request at a time, to the origin at a URL. */
  alone: Record<Way, Measured>;
};

/**
 * Requests through the gate beside a proxy that only passes them on, to an HTTP server of its own and to a Worker in the
 * same workerd: under each freshness, with a session cookie and with a bearer token. All at once for the throughput,
 * then one at a time for what a request takes longer.
 */
export async function measureGate(size: Size, pace: Pace): Promise<GateFigures> {
  const origin = fork(source('http-origin.ts'));
  try {
    const [port] = (await once(origin, 'message')) as [number];
    const runtime = await startGate(`http://127.0.0.1:${port}`);
    const own = connect(runtime.url);
    const bare = connect(runtime.urls.proxy ?? '');
    try {
      const lanes = await lanesOf(runtime, own, bare, size);
      const url = await compare(lanes('url'), pace);
      const binding = await compare(lanes('binding'), pace);
      const first = Object.entries(lanes('url')).map(([way, [lane]]) => [way, [lane]]);
      return { url, binding, alone: await compare(Object.fromEntries(first) as Record<Way, Lane[]>, pace) };
    } finally {
      own.close();
      bare.close();
      await runtime.stop();
    }
  } finally {
    origin.disconnect();
  }
}
