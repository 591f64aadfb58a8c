import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort, startRuntime } from '../runtime/runtime.ts';
import { type Random, seed, seeded } from './random.ts';

/** How often the process is killed, unless PORTCULLIS_SURVIVAL_ROUNDS says otherwise. */
export const roundsOr = (usual: number): number => Number(process.env.PORTCULLIS_SURVIVAL_ROUNDS ?? usual);
/** Of a round: to start, to look at everything, to work, to be killed. */
export const ROUND_MILLISECONDS = 30_000;

/** One life of the process. */
export interface Life {
  /** Whether the process has been killed: whoever works stops. */
  killed: boolean;
  /** The answer, or undefined when the process was killed before it was complete: then nobody knows. */
  attempt<T>(action: () => Promise<T>): Promise<T | undefined>;
}

export interface World {
  issuer: string;
  random: Random;
}

export interface Work {
  /** Before the first kill. */
  begin(world: World): Promise<void>;
  /** Finds everything that was acknowledged before; `last` when there will be no other time. */
  verify(last: boolean): Promise<void>;
  /** Works until it is killed. Some run at once. */
  load(life: Life, random: Random, index: number): Promise<void>;
  workers: number;
  /** The process is killed at a random moment before this: long enough for the slowest step, often. */
  longestLifeMilliseconds: number;
}

/** A few at a time: in order to find what is there, not how much it can bear. */
export async function each<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const next = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await action(item);
  };
  await Promise.all(Array.from({ length: 8 }, next));
}

function newLife(): Life {
  return {
    killed: false,
    async attempt(action) {
      try {
        return await action();
      } catch (error) {
        if (this.killed) return undefined;
        throw error;
      }
    },
  };
}

/** Lets a process work, kills it at a random moment, starts another on the same storage, `rounds` times. */
export async function survive(work: Work, rounds: number): Promise<void> {
  const start = seed();
  console.info(`PORTCULLIS_SEED=${start} PORTCULLIS_SURVIVAL_ROUNDS=${rounds}`);
  const random = seeded(start);
  const persistTo = await mkdtemp(join(tmpdir(), 'portcullis-survival-'));
  const options = { port: await freePort(), persistTo };
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const runtime = await startRuntime(options);
      const life = newLife();
      try {
        if (round === 0) await work.begin({ issuer: runtime.url, random });
        else await work.verify(round === rounds);
        if (round === rounds) return;
        const load = Promise.all(
          Array.from({ length: work.workers }, (_, index) =>
            work.load(life, seeded(random.below(2 ** 32)), index),
          ),
        );
        await Promise.race([wait(20 + random.below(work.longestLifeMilliseconds)), load]);
        life.killed = true;
        await runtime.kill();
        await load;
      } finally {
        life.killed = true;
        await runtime.kill();
      }
    }
  } finally {
    await rm(persistTo, { recursive: true, force: true, maxRetries: 5 });
  }
}
