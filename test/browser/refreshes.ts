import type { Exchange, Network } from './network.ts';

/** A way of staying signed in, as the demo shows it. */
export interface Way {
  path: string;
  /** Where a refresh goes to; none behind the gate. */
  endpoint: string | undefined;
}

export const ways = {
  cookie: { path: '/demo/', endpoint: '/session/refresh' },
  'bound to a key': { path: '/demo/key-bound/', endpoint: '/oauth/token' },
  'behind the gate': { path: '/demo/behind-the-gate/', endpoint: undefined },
} as const satisfies Record<string, Way>;

/** A refresh token of ours: version, home, user id, record id, generation... (src/crypto/token.ts). */
export interface RefreshToken {
  family: string;
  generation: number;
  text: string;
}

function read(text: string): RefreshToken {
  const bytes = Buffer.from(text.slice('pc_rt_'.length), 'base64url');
  return { family: bytes.subarray(2, 26).toString('hex'), generation: bytes.readUInt32BE(26), text };
}

const refreshTokens = (text: string): RefreshToken[] => (text.match(/pc_rt_[\w-]+/g) ?? []).map(read);

/** The refresh that an exchange is: what was presented, and what came back for it. */
export interface Refresh {
  presented: RefreshToken;
  /** Absent when it was refused. */
  successor: RefreshToken | undefined;
  exchange: Exchange;
}

/** The refreshes among what went over the network. */
export function refreshesOf({ exchanges }: Pick<Network, 'exchanges'>): Refresh[] {
  return exchanges.flatMap((exchange) => {
    const { url, method, body, headers } = exchange;
    const isRefresh =
      method === 'POST' &&
      (url.pathname === '/session/refresh' ||
        (url.pathname === '/oauth/token' && body.includes('grant_type=refresh_token')));
    const [presented] = isRefresh ? refreshTokens(`${headers.cookie} ${body}`) : [];
    if (!presented) return [];
    // A form's answer holds it, or a cookie.
    const [successor] = refreshTokens(`${exchange.answer} ${exchange.setCookie.join(' ')}`);
    return [{ presented, successor, exchange }];
  });
}

/** How many different successors each presented generation got: more than one would be a fork. */
export function successorsByGeneration(refreshes: readonly Refresh[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { presented, successor } of refreshes) {
    const key = `${presented.family} ${presented.generation}`;
    const texts = found.get(key) ?? new Set();
    if (successor) texts.add(successor.text);
    found.set(key, texts);
  }
  return found;
}
