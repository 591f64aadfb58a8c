import { randomBytes } from 'node:crypto';
import type { Runtime } from '../../runtime/runtime.ts';
import {
  Browser,
  inTurn,
  obtainTokens,
  type Person,
  portcullisServer,
  refreshing,
  type TokenServer,
} from '../flow.ts';
import { compare, connect, type Http, type Lane, type Measured, type Pace } from '../load.ts';

export type Contender = 'portcullis' | 'floor' | 'workers-oauth-provider' | 'openauth';

export interface Size {
  /** People who have an account. */
  users: number;
  /** Clients of each that refresh at the same time. */
  chains: number;
}

/** A chain for each client of each person. */
export async function portcullisLanes(
  http: Http,
  people: readonly Person[],
  { chains }: Size,
): Promise<Lane[]> {
  const server = portcullisServer(http);
  const clients = Array.from({ length: chains }).flatMap(() => people);
  return inTurn(clients, async ({ browser }) => refreshing(server, await obtainTokens(server, browser)));
}

/** As many rows in as many objects, written without a question. */
export function floorLanes(http: Http, { users, chains }: Size): Lane[] {
  return Array.from({ length: users * chains }, (_, index) => {
    // As long as a refresh token; it says which object and which row to write.
    const refreshToken = `${index % users}.${randomBytes(54).toString('hex')}`;
    return async () => {
      const form = { grant_type: 'refresh_token', client_id: 'demo', refresh_token: refreshToken };
      const { status, body } = await http.send({ method: 'POST', path: '/refresh', form });
      if (status !== 200 || !body.includes('access_token')) throw new Error(`floor: ${status} ${body}`);
    };
  });
}

async function workersOAuthProvider(http: Http): Promise<TokenServer> {
  const redirectUri = 'http://localhost/callback';
  const registration = await fetch(`${http.origin}/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      client_name: 'bench',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    }),
  });
  const { client_id } = (await registration.json()) as { client_id: string };
  const parameters = { client_id, scope: 'openid profile email demo:read' };
  return { http, authorizePath: '/authorize', tokenPath: '/token', redirectUri, parameters };
}

const openauth = (http: Http): TokenServer => ({
  http,
  authorizePath: '/authorize',
  tokenPath: '/token',
  redirectUri: 'http://localhost/callback',
  parameters: { client_id: 'bench' },
});

/** The peers know no users, only grants: each chain is a grant of its own. */
const peerLanes = (server: TokenServer, { users, chains }: Size): Promise<Lane[]> =>
  inTurn(Array.from({ length: users * chains }), async () =>
    refreshing(server, await persistently(() => obtainTokens(server, new Browser(server.http)))),
  );

/**
 * openauth gives a code 60 s to live, which KV refuses as too short when the clock has ticked in between. It happens to
 * one sign-in in some; refreshes are not affected, and nothing here is measured.
 */
async function persistently<T>(make: () => Promise<T>): Promise<T> {
  for (let tries = 1; tries < 20; tries++) {
    try {
      return await make();
    } catch {}
  }
  return make();
}

/** Loads by the number of clients at once. */
export type Refreshes = Record<number, Partial<Record<Contender, Measured>>>;

/** The refresh grant of each server, by the same number of clients at once, for each number in `levels`. */
export async function measureRefresh(
  runtime: Runtime,
  people: readonly Person[],
  size: Size,
  levels: readonly number[],
  pace: Pace,
): Promise<Refreshes> {
  const { floor, 'workers-oauth-provider': provider, openauth: open } = runtime.urls;
  const https = [runtime.url, floor, provider, open].map((url) => url && connect(url));
  const [own, bare, first, second] = https;
  if (!own || !bare) throw new Error('Portcullis and the floor must run');
  try {
    const contenders: Partial<Record<Contender, Lane[]>> = {
      portcullis: await portcullisLanes(own, people, size),
      floor: floorLanes(bare, size),
      ...(first && { 'workers-oauth-provider': await peerLanes(await workersOAuthProvider(first), size) }),
      ...(second && { openauth: await peerLanes(openauth(second), size) }),
    };
    const loads = await inTurn(levels, async (level) => {
      const some = Object.entries(contenders).map(([name, lanes]) => [name, lanes.slice(0, level)] as const);
      return [level, await compare(Object.fromEntries(some), pace)] as const;
    });
    return Object.fromEntries(loads);
  } finally {
    for (const http of https) if (http) http.close();
  }
}
