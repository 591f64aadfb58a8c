import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { expect } from 'vitest';
import { Chain } from './chain.ts';
import { send } from './http.ts';
import { Person } from './person.ts';
import type { Random } from './random.ts';
import { each, type Life, type Work } from './rounds.ts';

const jwksOf = async (issuer: string): Promise<JSONWebKeySet> =>
  JSON.parse((await send(`${issuer}/.well-known/jwks.json`)).text) as JSONWebKeySet;

/** Keys do not change over a crash, and what they signed before it verifies after it. */
async function verifyKeys(issuer: string, before: JSONWebKeySet, accessToken: string): Promise<void> {
  const jwks = await jwksOf(issuer);
  expect(jwks).toEqual(before);
  // As of when it was issued: many rounds last longer than a token.
  const currentDate = new Date((decodeJwt(accessToken).iat ?? 0) * 1000);
  await jwtVerify(accessToken, createLocalJWKSet(jwks), { issuer, typ: 'at+jwt', currentDate });
}

/** Refreshes, their repetitions, new families and revocations. */
export function families(rounds: number): Work {
  const people: Person[] = [];
  const chains: Chain[][] = [];
  const ended: Chain[] = [];
  let keys: JSONWebKeySet = { keys: [] };
  let accessToken = '';
  let refreshed = 0;

  async function step(life: Life, random: Random, person: Person, own: Chain[]): Promise<void> {
    if (own.length < 4) {
      const tokens = await life.attempt(() => person.tokens());
      if (tokens) own.push(new Chain(person.issuer, tokens.refreshToken));
      return;
    }
    const chain = random.of(own);
    const dice = random.below(20);
    if (dice === 0) {
      await chain.revoke(life);
    } else if (dice < 3) {
      await chain.replay(life);
    } else {
      await chain.refresh(life);
      refreshed += 1;
    }
  }

  return {
    workers: 8,
    longestLifeMilliseconds: 1500,
    async begin({ issuer }) {
      const person = new Person(issuer);
      await person.signUp();
      accessToken = (await person.tokens()).accessToken;
      keys = await jwksOf(issuer);
      for (let index = 0; index < this.workers; index += 1) {
        people.push(person);
        chains.push([]);
      }
    },
    async load(life, random, index) {
      const person = people[index] as Person;
      const own = chains[index] as Chain[];
      while (!life.killed) {
        const live = own.filter((chain) => chain.isLive);
        ended.push(...own.splice(0).filter((chain) => !chain.isLive));
        own.push(...live);
        await step(life, random, person, own);
      }
    },
    async verify(last) {
      // Those with a grace that runs out first.
      await each(chains.flat(), (chain) => chain.verify());
      await each(last ? ended : ended.slice(-100), (chain) => chain.verify());
      await verifyKeys(people[0]?.issuer ?? '', keys, accessToken);
      if (last) {
        expect(refreshed).toBeGreaterThan(rounds * 5);
        expect(ended.length).toBeGreaterThan(0);
      }
    },
  };
}
