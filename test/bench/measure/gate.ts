import type { Runtime } from '../../runtime/runtime.ts';
import { inTurn, obtainTokens, type Person, portcullisServer } from '../flow.ts';
import { compare, connect, type Http, type Lane, type Measured, type Pace } from '../load.ts';

export type Way = 'cookie' | 'bearer' | 'strict' | 'proxy';

const asking =
  (http: Http, path: string, headers: Record<string, string>, asserted: boolean): Lane =>
  async () => {
    const { status, body } = await http.send({ method: 'GET', path, headers });
    if (status !== 200 || body !== JSON.stringify({ asserted }))
      throw new Error(`${path}: ${status} ${body}`);
  };

/**
 * Requests through the gate to an origin in the same workerd, beside a proxy that only passes them on: with a session
 * cookie, with a bearer token, both answered from the isolate's memory, and on a route that asks the user's object
 * every time. All at once for the throughput, then one at a time for what a request takes longer.
 */
export async function measureGate(
  runtime: Runtime,
  people: readonly Person[],
  lanes: number,
  pace: Pace,
): Promise<{ together: Record<Way, Measured>; alone: Record<Way, Measured> }> {
  const own = connect(runtime.url);
  const bare = connect(runtime.urls.proxy ?? '');
  try {
    const server = portcullisServer(own);
    const callers = await inTurn(people, async ({ browser }) => {
      const { access_token } = await obtainTokens(server, browser);
      // The navigation takes the browser through the sign-in and leaves the gate's cookie in it.
      await browser.visit('/demo/private/page');
      return { cookie: { Cookie: browser.cookie }, bearer: { Authorization: `Bearer ${access_token}` } };
    });
    const each = (lane: (caller: (typeof callers)[number]) => Lane): Lane[] =>
      Array.from({ length: lanes }, (_, index) =>
        lane(callers[index % callers.length] as (typeof callers)[number]),
      );
    const ways: Record<Way, Lane[]> = {
      cookie: each(({ cookie }) => asking(own, '/demo/api/me', cookie, true)),
      bearer: each(({ bearer }) => asking(own, '/demo/api/me', bearer, true)),
      strict: each(({ cookie }) => asking(own, '/demo/private/page', cookie, true)),
      proxy: each(({ cookie }) => asking(bare, '/demo/api/me', cookie, false)),
    };
    const together = await compare(ways, pace);
    const [cookie, bearer, strict, proxy] = [ways.cookie, ways.bearer, ways.strict, ways.proxy].map((way) =>
      way.slice(0, 1),
    ) as [Lane[], Lane[], Lane[], Lane[]];
    const alone = await compare({ cookie, bearer, strict, proxy }, pace);
    return { together, alone };
  } finally {
    own.close();
    bare.close();
  }
}
