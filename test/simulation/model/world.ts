import { foundFamily } from '../../../src/user/families.ts';
import { openSession } from '../../../src/user/sessions.ts';
import { UserObject } from './object.ts';
import { Random } from './random.ts';
import { type Cookie, hashOf, type Key, nameOf, type Ring, type Token } from './secrets.ts';
import { Storage } from './storage.ts';
import { Timeline } from './timeline.ts';
import { Witness } from './witness.ts';

export const grantedScope = ['openid', 'read'];
export const grantedResource = ['https://api.example'];
export const clientOf = (family: number): string => `client ${family}`;
/** The DPoP key of its owner. */
export const keyOf = (family: number): string => `key ${family}`;
/** When every family is founded, by the server's clock. */
export const bornAt = 1_000_000;

/** What kind of world a schedule happens in. Milliseconds where nothing else is said. */
export interface Profile {
  families: number;
  /** Bound to a DPoP key. */
  bound: boolean;
  /** Browsers that send the cookie of their session along (src/endpoints/session/refresh.ts). */
  cookies: boolean;
  offline: boolean;
  graceSeconds: number;
  idleSeconds: number;
  absoluteSeconds: number;
  sessionSeconds: number;
  /** Lifetime of an access token: how often a client refreshes. */
  accessSeconds: number;
  tabs: number;
  /** By how much the client's clock is ahead of the server's. Its timers go by it. */
  skew: number;
  /** How far apart the tabs wake up. */
  spread: number;
  /** Tabs that present the token they remember instead of looking into the store they share. */
  remembering: boolean;
  /** How long a client waits for an answer before it asks again. */
  timeout: number;
  objectLatency: readonly [number, number];
  lossRate: number;
  duplicateRate: number;
  slowRate: number;
  crashRate: number;
  restarts: number;
  restore: boolean;
  keys: 'kept' | 'replaced in two steps' | 'replaced at once';
  endings: number;
  thieves: number;
  forger: boolean;
  horizon: number;
}

function draw(random: Random): Profile {
  const accessSeconds = random.pick([20, 60, 300]);
  const lives = random.between(3, 7);
  const rarely = random.chance(0.4);
  const month = 30 * 86_400;
  const absoluteSeconds = random.chance(0.3) ? accessSeconds * random.between(2, 5) : month;
  const idleSeconds = random.chance(0.3) ? accessSeconds * random.between(1, 3) : 86_400;
  const bound = random.chance(0.35);
  const cookies = !bound && random.chance(0.5);
  return {
    // Another session's cookie takes another session.
    families: random.chance(cookies ? 0.5 : 0.25) ? 2 : 1,
    bound,
    cookies,
    offline: random.chance(0.5),
    graceSeconds: random.pick([0, 2, 10, 10, 60]),
    idleSeconds: Math.min(idleSeconds, absoluteSeconds),
    absoluteSeconds,
    sessionSeconds: random.chance(0.15) ? accessSeconds * random.between(1, lives) : month,
    accessSeconds,
    tabs: random.between(1, 4),
    skew: random.chance(0.7) ? 0 : random.pick([-60_000, -2_000, 2_000, 60_000, 3_600_000]),
    spread: random.pick([0, 0, 50, 1_500]),
    remembering: random.chance(0.1),
    timeout: random.pick([500, 2_000, 5_000]),
    objectLatency: random.pick<readonly [number, number]>([
      [0, 0],
      [1, 10],
      [1, 60],
    ]),
    lossRate: rarely ? 0 : random.pick([0.02, 0.1, 0.3]),
    duplicateRate: rarely ? 0 : random.pick([0, 0.1]),
    slowRate: rarely ? 0 : random.pick([0, 0.1]),
    crashRate: random.chance(0.5) ? 0 : random.pick([0.05, 0.2]),
    restarts: random.chance(0.3) ? random.between(1, 3) : 0,
    restore: random.chance(0.1),
    keys: random.chance(0.75) ? 'kept' : random.pick(['replaced in two steps', 'replaced at once']),
    endings: random.chance(0.15) ? random.between(1, 2) : 0,
    thieves: random.chance(0.4) ? random.between(1, 2) : 0,
    forger: random.chance(0.12),
    horizon: accessSeconds * 1000 * lives,
  };
}

/** All that one schedule is about. The same seed makes the same world, and the same things happen in it. */
export class World {
  readonly random: Random;
  readonly timeline = new Timeline(bornAt);
  readonly storage = new Storage();
  readonly profile: Profile;
  readonly trace: ((line: string) => void) | undefined;
  readonly count: (what: string) => void;
  /** Of each isolate that runs the Worker. */
  readonly rings: [Ring, Ring];
  readonly object: UserObject;
  readonly witness: Witness;
  /** The first token of each family. */
  readonly tokens: Token[];
  /** The secret of each session's cookie, by the session's id. */
  readonly #cookies = new Map<string, Uint8Array>();

  constructor(seed: number, count: (what: string) => void, trace?: (line: string) => void) {
    this.random = new Random(seed);
    this.profile = draw(this.random);
    this.count = count;
    this.trace = trace && ((line) => trace(`${String(this.timeline.now - bornAt).padStart(9)} ms  ${line}`));
    const ring = { current: this.newKey(0), all: [] as Key[] };
    ring.all.push(ring.current);
    this.rings = [ring, ring];
    this.tokens = Array.from({ length: this.profile.families }, (_, family) => this.#found(family));
    this.storage.commit();
    this.object = new UserObject(this);
    this.witness = new Witness(this);
  }

  get end(): number {
    return bornAt + this.profile.horizon;
  }

  /** The cookie of the session that a family belongs to, as its browser sends it. */
  cookieOf(family: number): Cookie {
    const sessionId = this.storage.memory.families[family]?.sessionId ?? '';
    return { sessionId, secret: this.#secretOf(sessionId) };
  }

  #secretOf(sessionId: string): Uint8Array {
    const secret = this.#cookies.get(sessionId) ?? this.random.bytes(32);
    this.#cookies.set(sessionId, secret);
    return secret;
  }

  newKey(id: number): Key {
    return { id, successor: this.random.bytes(32) };
  }

  #found(family: number): Token {
    const { random, storage, profile } = this;
    const { idleSeconds, absoluteSeconds, sessionSeconds } = profile;
    const secret = random.bytes(32);
    const familyId = `family ${family}`;
    const offline = profile.offline !== (family === 1);
    const sessionId = `session ${random.between(0, family)}`;
    const cookie = this.#secretOf(sessionId);
    storage.transaction((user) => {
      const session = openSession(
        user,
        { sessionId, secretHash: hashOf(cookie) },
        undefined,
        [],
        { userAgent: '', place: '' },
        {
          idleSeconds: 86_400,
          absoluteSeconds: sessionSeconds,
          secondFactor: { rule: 'off' as const, groups: [] },
        },
        { isNewDevice: false, failures: 0, credentialStuffing: false },
        bornAt,
      );
      if (session.kind !== 'live') throw new Error('no session');
      const founding = { familyId, secretHash: hashOf(secret), idleSeconds, absoluteSeconds };
      foundFamily(
        user,
        session,
        familyId,
        founding,
        {
          clientId: clientOf(family),
          scope: offline ? [...grantedScope, 'offline_access'] : [...grantedScope],
          resource: [...grantedResource],
        },
        bornAt,
      );
    });
    if (profile.bound) storage.bind(familyId, keyOf(family));
    storage.remember(family, {
      secrets: [nameOf(secret)],
      rotatedAt: bornAt,
      rotatedBy: undefined,
      rotatedInSession: false,
      cookie: nameOf(cookie),
      absoluteExpiresAt: bornAt + absoluteSeconds * 1000,
      ended: false,
    });
    return { family, generation: 0, secret, tag: this.rings[0].current.id };
  }
}
