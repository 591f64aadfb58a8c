import { expect } from 'vitest';
import { Chain } from './chain.ts';
import type { Answer } from './http.ts';
import { demo, Person } from './person.ts';
import type { Random } from './random.ts';
import { each, type Life, type Work } from './rounds.ts';

/** Access tokens live five minutes. */
const TOKEN_MILLISECONDS = 240_000;

/** Two ways to sign out: the page to open, and the form on it. */
const ways = {
  sign_out: ['/oauth/logout', '/oauth/logout'],
  sign_out_everywhere: ['/account', '/account/sign-out-everywhere'],
} as const;
type Cause = keyof typeof ways;

/** One browser's sign-in, and the demo's tokens in it. */
interface Session {
  person: Person;
  demo?: { chain: Chain; accessToken: string; issuedAt: number };
  /** `ending`: the process was killed before it said so. */
  state: 'live' | 'ending' | 'ended';
  cause?: Cause;
}

interface Account {
  person: Person;
  /** Whether the sign-up was acknowledged. */
  isMade: boolean;
  /** Whether it was signed in to after a crash. */
  isVerified: boolean;
  sessions: Session[];
}

const isLive = ({ state }: Session): boolean => state === 'live';

async function openDemo(life: Life, session: Session): Promise<void> {
  const issuedAt = Date.now();
  const tokens = await life.attempt(() => session.person.tokens());
  if (!tokens) return;
  const chain = new Chain(session.person.issuer, tokens.refreshToken);
  session.demo = { chain, accessToken: tokens.accessToken, issuedAt };
}

async function signUp(life: Life, issuer: string): Promise<Account> {
  const person = new Person(issuer);
  const account: Account = { person, isMade: false, isVerified: false, sessions: [] };
  await life.attempt(() => person.signUp());
  account.isMade = person.isSignedIn;
  if (account.isMade) account.sessions.push({ person, state: 'live' });
  return account;
}

async function signIn(life: Life, { person, sessions }: Account): Promise<void> {
  const elsewhere = person.elsewhere();
  await life.attempt(() => elsewhere.signIn());
  if (elsewhere.isSignedIn) sessions.push({ person: elsewhere, state: 'live' });
}

/** In a copy of the browser: the original keeps the cookies, as a thief would. */
async function signOut(life: Life, { person }: Session, cause: Cause, ending: Session[]): Promise<void> {
  const hand = person.copy();
  const [page, form] = ways[cause];
  await life.attempt(() => hand.browser.open(person.issuer + page));
  if (life.killed) return;
  for (const session of ending) Object.assign(session, { state: 'ending', cause });
  await life.attempt(() => hand.browser.submit(form));
  if (!hand.isSignedIn) for (const session of ending) end(session);
}

function end(session: Session): void {
  session.state = 'ended';
  if (session.cause) session.demo?.chain.end(session.cause);
}

/** @returns whether it lives */
async function verifySession(session: Session): Promise<boolean> {
  const { person, demo: tokens } = session;
  const account: Answer = await person.browser.send(`${person.issuer}/account`);
  const lives = account.status === 200;
  if (session.state !== 'ending') expect(lives).toBe(session.state === 'live');
  if (lives) {
    expect(account.text.replace('<wbr/>', '')).toContain(person.email);
    session.state = 'live';
  } else {
    end(session);
  }
  if (!tokens) return lives;
  await tokens.chain.verify();
  const isFresh = Date.now() - tokens.issuedAt < TOKEN_MILLISECONDS;
  const { status } = await demo(person.issuer).userinfo(tokens.accessToken);
  if (isFresh || !lives) expect(status).toBe(lives ? 200 : 401);
  return lives;
}

async function verifyAccount(account: Account, last: boolean): Promise<void> {
  const { person, sessions } = account;
  const inDoubt = sessions.filter(({ state }) => state === 'ending');
  const lives = new Map<Session, boolean>();
  for (const session of sessions) lives.set(session, await verifySession(session));
  // Signing out everywhere happens at once or not at all.
  expect(new Set(inDoubt.map((session) => lives.get(session))).size).toBeLessThan(2);

  if (account.isVerified && !last) return;
  const elsewhere = person.elsewhere();
  const answer = await elsewhere.signIn();
  if (account.isMade) {
    expect(elsewhere.isSignedIn).toBe(true);
  } else if (!elsewhere.isSignedIn) {
    // Half a sign-up is none; its reservation of the address lasts two minutes.
    expect(answer.status).toBe(401);
    expect([200, 409]).toContain((await elsewhere.signUp()).status);
  }
  account.isMade = elsewhere.isSignedIn;
  account.isVerified = true;
  if (account.isMade) sessions.push({ person: elsewhere, state: 'live' });
}

/** Sign-ups, sign-ins, refreshes and sign-outs. Each worker has people of its own, so that it knows what must be true. */
export function accounts(rounds: number): Work {
  const workers = 4;
  const owned: Account[][] = Array.from({ length: workers }, () => []);
  let issuer = '';

  async function step(life: Life, random: Random, own: Account[]): Promise<void> {
    const known = own.filter(({ isMade }) => isMade);
    const dice = random.below(20);
    if (known.length === 0 || dice === 0) {
      own.push(await signUp(life, issuer));
      return;
    }
    const account = random.of(known);
    const live = account.sessions.filter(isLive);
    if (live.length === 0 || dice === 1) return signIn(life, account);
    const session = random.of(live);
    if (dice === 2) return signOut(life, session, 'sign_out_everywhere', live);
    if (dice < 5) return signOut(life, session, 'sign_out', [session]);
    if (!session.demo) return openDemo(life, session);
    if (session.demo.chain.isLive) return session.demo.chain.refresh(life);
  }

  return {
    workers,
    // Signing up and in costs a hash each.
    longestLifeMilliseconds: 5000,
    async begin(world) {
      issuer = world.issuer;
    },
    async load(life, random, index) {
      while (!life.killed) await step(life, random, owned[index] ?? []);
    },
    async verify(last) {
      const all = owned.flat();
      await each(all, (account) => verifyAccount(account, last));
      for (const own of owned) own.splice(0, own.length, ...own.filter(({ isMade }) => isMade));
      if (!last) return;
      const sessions = all.flatMap((account) => account.sessions);
      expect(all.length).toBeGreaterThanOrEqual(rounds);
      expect(sessions.filter(isLive).length).toBeGreaterThan(0);
      expect(sessions.filter(({ state }) => state === 'ended').length).toBeGreaterThan(0);
    },
  };
}
