import { DurableObject } from 'cloudflare:workers';
import { configOf } from '../config/configured.ts';
import {
  acknowledge,
  add,
  advance,
  type Creation,
  type Plan,
  publicationDue,
  revoke,
  rotateNow,
} from '../core/keyring/plan.ts';
import { inPublishedOrder, type Ring } from '../core/keyring/ring.ts';
import { LEASE_SECONDS, retryAfterSeconds } from '../core/keyring/timing.ts';
import { type RootSecrets, rootSecrets } from '../crypto/root-secret.ts';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';
import { report } from '../report.ts';
import { type KeyEncryptions, keyEncryptions } from './encryptions.ts';
import { type RingPolicy, ringPolicy } from './policy.ts';
import { migrations } from './schema.ts';
import { makeKey, resealKey } from './sealed.ts';
import { algorithms, SNAPSHOT_NAME, type Snapshot, writeSnapshot } from './snapshot.ts';
import { readRing, type StoredKey, writeRing } from './store.ts';
import type { KeyRecord, Revocation } from './types.ts';

/** KV takes one write per second and key. */
const PUT_SPACING_MILLISECONDS = 1_100;
const PUT_TIMEOUT_MILLISECONDS = 10_000;
/** Who asks found nothing usable in KV, which remembers an absence for a minute: more often helps nobody. */
const OFFER_INTERVAL_MILLISECONDS = 60_000;
/** A key management service is told this often that we are still there, or with the next alarm. */
const RENEWAL_INTERVAL_MILLISECONDS = 30 * 60_000;

/** Who asks for what is due. An administrator waits for the answer: for them, nothing is put off. */
type Occasion = 'alarm' | 'offer' | 'administrator';

/** The signing keys of the issuer: one object, so that one writer decides which key signs. */
export class KeyRingObject extends DurableObject<Environment> {
  readonly #policy: RingPolicy;
  #tools: Promise<{ secrets: RootSecrets; encryptions: KeyEncryptions }> | undefined;
  #settling = false;
  #putAt = Number.NEGATIVE_INFINITY;
  #renewedAt = Number.NEGATIVE_INFINITY;
  // Who does not answer is not asked again before `retryAt`, however many ask for the ring. Forgotten when the object
  // is evicted: then it has been quiet anyway.
  #failures = 0;
  #retryAt = Number.NEGATIVE_INFINITY;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(state: DurableObjectState, environment: Environment) {
    super(state, environment);
    migrate(state.storage, migrations);
    this.#policy = ringPolicy(configOf(environment));
  }

  /** The ring, private halves sealed; the first call makes its keys. Idempotent. */
  async ring(): Promise<Snapshot> {
    if (this.#isEmpty()) await this.#inTurn(() => this.#begin());
    const { ring, create } = this.#advance();
    const now = Date.now();
    const offer = now - this.#putAt >= OFFER_INTERVAL_MILLISECONDS;
    const due = now >= this.#retryAt && (offer || create.length > 0);
    if ((due || (await this.ctx.storage.getAlarm()) === null) && !this.#settling) {
      this.#settling = true;
      const settled = this.#settle(offer ? 'offer' : 'alarm').finally(() => {
        this.#settling = false;
      });
      // Nobody waits for KV or fails with it, nor for a successor. The alarm comes back to what goes wrong.
      this.ctx.waitUntil(settled);
    }
    return snapshotOf(ring, now);
  }

  /** Goes on with whatever is due. May come late, twice or not at all: `advance` says why that is harmless. */
  override alarm(): Promise<void> {
    return this.#settle('alarm');
  }

  /** Every key that has a record, the revoked ones too, oldest first. */
  async keys(): Promise<KeyRecord[]> {
    return recordsOf(this.#advance().ring);
  }

  /**
   * Rotates every key whose successor KV has been known to hold for long enough, and the others as soon as that is
   * so. Idempotent for the same `requestedAt`, in milliseconds.
   */
  async rotate(requestedAt: number): Promise<KeyRecord[]> {
    this.#change((ring) => rotateNow(ring, requestedAt));
    await this.#settle('administrator');
    return this.keys();
  }

  /** Takes a key out at once, and another one in where it was signing. Idempotent. */
  async revoke(kid: string): Promise<Revocation> {
    this.#advance();
    const { version, revoked } = this.#change((ring) => revoke(ring, kid, Date.now())).ring;
    await this.#settle('administrator');
    if (!revoked.some((key) => key.kid === kid)) return { kind: 'unknown' };
    const { published } = readRing(this.ctx.storage.sql);
    return { kind: 'revoked', published: published !== null && published.version >= version };
  }

  #change(change: (ring: Ring<StoredKey>) => Ring<StoredKey>): Plan<StoredKey> {
    const { storage } = this.ctx;
    return storage.transactionSync(() => {
      const before = readRing(storage.sql);
      const plan = advance(change(before), this.#policy, Date.now());
      if (plan.ring !== before) writeRing(storage.sql, plan.ring);
      return plan;
    });
  }

  #advance(): Plan<StoredKey> {
    return this.#change((ring) => ring);
  }

  #isEmpty(): boolean {
    return this.#advance().ring.keys.length === 0;
  }

  /** One at a time: a put of an older ring must not overtake that of a newer one, and nobody makes keys twice. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    const run = this.#queue.then(step);
    this.#queue = run.catch(() => {});
    return run;
  }

  #settle(occasion: Occasion): Promise<void> {
    return this.#inTurn(() => this.#run(occasion));
  }

  /**
   * Makes the first keys, for whoever cannot go on without them. Anybody may ask for the ring: however many do, what
   * seals its keys is asked when its time has come, and once.
   */
  async #begin(): Promise<void> {
    if (!this.#isEmpty()) return;
    if (Date.now() < this.#retryAt) throw new Error('there are no keys yet');
    const failed = await this.#attempt('make the first keys', () => this.#make(() => true));
    if (!failed) return;
    this.#postpone(failed);
    await this.#setAlarm();
    throw failed;
  }

  /** Answers with what went wrong, after it was told. */
  async #attempt(what: string, step: () => Promise<void>): Promise<Error | undefined> {
    try {
      await step();
      return undefined;
    } catch (error) {
      report('key_ring.failed', error, { what: `could not ${what}` });
      return error instanceof Error ? error : new Error(what);
    }
  }

  #postpone(failed: unknown): void {
    this.#failures = failed ? this.#failures + 1 : 0;
    this.#retryAt = failed ? Date.now() + retryAfterSeconds(this.#failures) * 1000 : Number.NEGATIVE_INFINITY;
  }

  async #run(occasion: Occasion): Promise<void> {
    if (Date.now() < this.#retryAt && occasion !== 'administrator') return this.#setAlarm();
    let failed: Error | undefined;
    const attempt = async (what: string, step: () => Promise<void>) => {
      failed = (await this.#attempt(what, step)) ?? failed;
    };
    // What signs comes before what the world is told, and that before what can wait.
    await attempt('make a key to sign with', () => this.#make(({ state }) => state === 'active'));
    // Without a key there is nothing to publish, and what did not seal the first is not asked to seal another.
    if (!this.#isEmpty()) {
      if (occasion === 'offer' || publicationDue(this.#advance().ring, this.#policy, Date.now())) {
        await attempt('publish the ring', () => this.#publish());
      }
      await attempt('make a successor', () => this.#make(() => true));
      await attempt('seal keys anew', () => this.#reseal());
    }
    await this.#renew();
    this.#postpone(failed);
    await this.#setAlarm();
  }

  /** What time alone changes is never put off by what fails. */
  async #setAlarm(): Promise<void> {
    const { changesAt, workAt } = this.#advance();
    const at = Math.min(changesAt, this.#failures > 0 ? this.#retryAt : workAt);
    await this.ctx.storage.setAlarm(Math.max(at, Date.now() + PUT_SPACING_MILLISECONDS));
  }

  async #make(which: (creation: Creation) => boolean): Promise<void> {
    const asked = this.#advance().create.some(which) ? this.#advance().create : [];
    if (asked.length === 0) return;
    const { current } = (await this.#open()).encryptions;
    const now = Date.now();
    const made = await Promise.all(
      asked.map(({ alg, state }) => {
        const known = algorithms.find((name) => name === alg);
        if (!known) throw new Error(`no key can be made for ${alg}`);
        return makeKey(known, state, current, now);
      }),
    );
    // Another call may have got here while this one made its keys: look again and write with nothing in between.
    // Whoever comes second throws its own keys away.
    this.#change((ring) => {
      const { create } = advance(ring, this.#policy, now);
      return made
        .filter((key) => create.some(({ alg, state }) => alg === key.alg && state === key.state))
        .reduce(add, ring);
    });
  }

  /** What a previous root secret sealed, or the root secret before a key management service came. */
  async #reseal(): Promise<void> {
    const { encryptions } = await this.#open();
    for (const key of readRing(this.ctx.storage.sql).keys) {
      if (key.keyEncryptionId === encryptions.current.id) continue;
      const resealed = await resealKey(key, encryptions.all, encryptions.current);
      // Sealed by something that is not configured: it stays as it is, for the day when that comes back.
      if (!resealed) continue;
      this.#change((ring) => ({
        ...ring,
        version: ring.version + 1,
        keys: ring.keys.map((each) => (each.kid === key.kid ? { ...each, ...resealed } : each)),
      }));
    }
  }

  async #renew(): Promise<void> {
    if (Date.now() - this.#renewedAt < RENEWAL_INTERVAL_MILLISECONDS) return;
    this.#renewedAt = Date.now();
    const tools = await this.#open().catch(() => undefined);
    await tools?.encryptions.current.renew?.();
  }

  async #publish(): Promise<void> {
    await scheduler.wait(Math.max(0, this.#putAt + PUT_SPACING_MILLISECONDS - Date.now()));
    const { secrets } = await this.#open();
    const { ring } = this.#advance();
    this.#putAt = Date.now();
    const text = await writeSnapshot(snapshotOf(ring, this.#putAt), secrets, configOf(this.env));
    const waiting = new AbortController();
    try {
      await Promise.race([
        this.env.JWKS_CACHE.put(SNAPSHOT_NAME, text),
        scheduler.wait(PUT_TIMEOUT_MILLISECONDS, { signal: waiting.signal }).then(() => {
          throw new Error('KV did not answer');
        }),
      ]);
    } finally {
      waiting.abort();
    }
    this.#change((current) => acknowledge(current, ring.version, Date.now()));
  }

  #open() {
    const open = async () => {
      const secrets = await rootSecrets(this.env);
      return { secrets, encryptions: keyEncryptions(configOf(this.env), secrets, this.env) };
    };
    this.#tools ??= open();
    return this.#tools;
  }
}

const snapshotOf = ({ version, keys }: Ring<StoredKey>, now: number): Snapshot => ({
  format: 2,
  version,
  staleAt: now + LEASE_SECONDS * 1000,
  keys: inPublishedOrder(keys).map(({ endsAt, publishedAt, tokenLifetime, ...key }) => key),
});

const recordsOf = ({ keys, revoked }: Ring<StoredKey>): KeyRecord[] => [
  ...inPublishedOrder(keys).map(({ kid, alg, state, createdAt, activeFrom, endsAt, keyEncryptionId }) => ({
    kid,
    alg,
    state,
    createdAt,
    activeFrom,
    endsAt,
    keyEncryptionId,
  })),
  ...revoked.map(({ kid, alg, revokedAt }) => ({ kid, alg, state: 'revoked' as const, revokedAt })),
];
