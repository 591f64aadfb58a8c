import type { Client } from './client.ts';
import { type Cookie, hashOf, type Token } from './secrets.ts';
import { redeem, type TokenRequest, type TokenResponse } from './worker.ts';
import { clientOf, keyOf, type World } from './world.ts';

const MAXIMUM_USES = 4;

/** The moments at which a rule might be off by one, for those who know the server's clock to the millisecond. */
function boundary(world: World, token: Token): number {
  const { random, storage, profile } = world;
  const row = storage.memory.families[token.family];
  if (!row) return 0;
  const moment = random.pick([
    row.rotatedAt + profile.graceSeconds * 1000,
    row.idleExpiresAt,
    row.absoluteExpiresAt,
  ]);
  return moment - random.between(0, 1);
}

function whenToUse(world: World, token: Token): number {
  const { random, timeline, profile } = world;
  const grace = profile.graceSeconds * 1000;
  switch (random.between(0, 3)) {
    case 0:
      return timeline.now + random.between(0, grace);
    case 1:
      return timeline.now + grace + random.between(0, profile.accessSeconds * 1000);
    case 2:
      return timeline.now + random.between(0, profile.horizon / 2);
    default:
      return boundary(world, token);
  }
}

/** What a thief sends along: mostly nothing, for the token is all there was to copy; else a cookie that may be no proof. */
function cookieOfThief(world: World, family: number): Cookie | null {
  const { random, profile } = world;
  if (!profile.cookies || random.chance(0.5)) return null;
  const own = world.cookieOf(family);
  switch (random.between(0, 3)) {
    case 0:
      return own;
    case 1:
      return { ...own, secret: random.bytes(32) };
    default:
      // That of the other family: a session of the same person's, or the very same.
      return world.cookieOf(profile.families - 1 - family);
  }
}

/** Copies a token out of a client's store (now and then an old one) and uses it, and whatever it is given for it. */
export function thief(world: World, client: Client, name: string): void {
  const { random, timeline, profile, trace, end } = world;
  const ownKey = random.chance(0.1);
  // Some come when nobody refreshes any more, and see the family expire.
  const late = random.chance(0.2);
  const use = (token: Token, uses: number): void => {
    const at = late ? boundary(world, token) : whenToUse(world, token);
    if (uses === 0 || at > end + (late ? profile.horizon : 0) || at < timeline.now) return;
    timeline.at(at, () => {
      const request: TokenRequest = {
        token,
        clientId: random.chance(0.85) ? clientOf(token.family) : 'client of the thief',
        // A thief of a bound token has no key, unless the key was stolen too.
        dpopJkt: !profile.bound
          ? null
          : ownKey
            ? keyOf(token.family)
            : random.pick([null, 'key of the thief']),
        scope: random.chance(0.9) ? null : ['read', 'write'],
        resource: random.chance(0.95) ? null : ['https://other.example'],
        cookie: cookieOfThief(world, token.family),
        role: 'thief',
        name,
      };
      redeem(world, random.pick(world.rings), request, (response: TokenResponse) => {
        if (response.kind === 'granted')
          trace?.(`${name} is granted generation ${response.token.generation}`);
        use(response.kind === 'granted' && random.chance(0.7) ? response.token : token, uses - 1);
      });
    });
  };
  timeline.after(late ? profile.horizon : random.between(0, profile.horizon), () => {
    const stolen = random.chance(0.8) ? client.token : random.pick(client.tokens as [Token, ...Token[]]);
    trace?.(`${name} copies generation ${stolen.generation} of family ${stolen.family}`);
    use(stolen, random.between(1, MAXIMUM_USES));
  });
}

/** Writes tokens of its own: with the key for tags, or with garbage in its place; with a stolen secret, or without. */
export function forger(world: World, client: Client): void {
  const { random, timeline, profile, storage } = world;
  timeline.after(random.between(0, profile.horizon), () => {
    const { token } = client;
    const current = storage.memory.families[token.family]?.generation ?? 0;
    const forged: Token = {
      family: token.family,
      generation: Math.max(0, current + random.between(-2, 2)),
      secret: random.chance(0.5)
        ? random.bytes(32)
        : random.pick(client.tokens.slice(-2) as [Token, ...Token[]]).secret,
      tag: random.chance(0.7) ? world.rings[0].current.id : -1,
    };
    const request: TokenRequest = {
      token: forged,
      clientId: clientOf(token.family),
      dpopJkt: profile.bound ? keyOf(token.family) : null,
      scope: null,
      resource: null,
      cookie: profile.cookies && random.chance(0.7) ? world.cookieOf(token.family) : null,
      role: 'forger',
      name: 'forger',
    };
    redeem(world, random.pick(world.rings), request, () => {});
  });
}

/** Sign-outs by the person, and revocations by clients: of their own tokens, old ones, and other clients' tokens. */
export function ending(world: World, client: Client): void {
  const { random, timeline, profile, object, trace } = world;
  timeline.after(random.between(0, profile.horizon), () => {
    const acknowledged = (): void => trace?.('the end is acknowledged');
    const kind = random.between(0, 3);
    if (kind === 0) return object.end({ kind: 'sign-out everywhere' }, acknowledged);
    if (kind === 1)
      return object.end({ kind: 'sign-out', sessionId: `session ${random.between(0, 1)}` }, acknowledged);
    const token = random.pick(client.tokens as [Token, ...Token[]]);
    const secret = random.chance(0.8) ? token.secret : hashOf(token.secret);
    const clientId = random.chance(0.7) ? clientOf(token.family) : 'client of the thief';
    object.end({ kind: 'revocation', token: { ...token, secret }, clientId }, acknowledged);
  });
}
