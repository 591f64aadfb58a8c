import { describe, expect, it } from 'vitest';
import { learn, nothingRemembered, type RiskMemory } from '../../../src/core/risk/memory.ts';
import type { Sighting } from '../../../src/core/risk/sighting.ts';
import { type SignInSeen, signInSignals } from '../../../src/core/risk/sign-in.ts';
import { firstSeen, isOutOfCadence, quickAfter, seenAfter, useSignals } from '../../../src/core/risk/use.ts';

const HOUR = 3_600_000;
const T = 1000 * 24 * HOUR + 9 * HOUR;
const rememberedFor = 90 * 24 * HOUR;
const home: Sighting = {
  country: 'DE',
  network: 3320,
  latitude: 53,
  longitude: 13,
  browser: 'Firefox',
  system: 'Windows',
  trusted: false,
};
const lima = { ...home, country: 'PE', network: 6147, latitude: -12, longitude: -77 };
const nowhere = { ...home, country: '', network: 0, latitude: null, longitude: null };
const program = { ...home, browser: '', system: '' };
const memory = learn(nothingRemembered, home, T, rememberedFor);

const signIn = (changes: Partial<SignInSeen>) =>
  signInSignals({
    sighting: home,
    memory,
    now: T + HOUR,
    knownBrowser: true,
    failures: 0,
    stuffing: false,
    maximumSpeed: 1000,
    ...changes,
  });

describe('at a sign-in', () => {
  it('nothing is unusual at home, nor about somebody of whom nothing is known', () => {
    expect(signIn({})).toEqual([]);
    expect(signIn({ memory: nothingRemembered, sighting: lima, knownBrowser: false })).toEqual([]);
  });

  it('nothing is unusual about what the edge does not know', () => {
    expect(signIn({ sighting: nowhere })).toEqual([]);
    expect(signIn({ sighting: program })).toEqual([]);
    expect(signIn({ memory: learn(nothingRemembered, nowhere, T, rememberedFor), sighting: lima })).toEqual(
      [],
    );
  });

  it.each<[string, Partial<SignInSeen>, string[]]>([
    ['a browser without proof', { knownBrowser: false }, ['new_device']],
    [
      'proof that was copied to another kind of browser',
      { sighting: { ...home, system: 'Linux' } },
      ['new_device'],
    ],
    ['another network', { sighting: { ...home, network: 1 } }, ['new_network']],
    ['another country, by train', { sighting: { ...home, country: 'PL' } }, ['new_country']],
    ['another continent', { sighting: lima }, ['new_country', 'new_network', 'impossible_travel']],
    ['the same a day later', { sighting: lima, now: T + 24 * HOUR }, ['new_country', 'new_network']],
    ['a trusted network there', { sighting: { ...lima, trusted: true } }, []],
    ['four wrong passwords', { failures: 4 }, []],
    ['five wrong passwords', { failures: 5 }, ['failures_before_success']],
    ['an address that tries many accounts', { stuffing: true }, ['credential_stuffing']],
  ])('%s', (_, changes, expected) => {
    expect(signIn(changes)).toEqual(expected);
  });

  it('nobody is said to have travelled between two places of their own', () => {
    const both = learn(memory, lima, T + 30 * HOUR, rememberedFor);
    expect(signIn({ memory: both, now: T + 31 * HOUR })).toEqual([]);
    const elsewhere = { ...home, network: 1 };
    expect(signIn({ memory: both, now: T + 31 * HOUR, sighting: elsewhere })).toEqual([
      'new_network',
      'impossible_travel',
    ]);
  });

  it('an hour is unusual once there is a habit, and two hours beside it are not', () => {
    const habit = (times: number): RiskMemory =>
      Array.from({ length: times }).reduce<RiskMemory>(
        (before, _, day) => learn(before, home, T + day * 24 * HOUR, rememberedFor),
        nothingRemembered,
      );
    const at = (times: number, hours: number) =>
      signIn({ memory: habit(times), now: T + times * 24 * HOUR + hours * HOUR });
    expect(at(20, 12)).toEqual(['unusual_hour']);
    expect(at(20, 3)).toEqual(['unusual_hour']);
    expect(at(20, -3)).toEqual(['unusual_hour']);
    expect([at(20, 2), at(20, -2), at(19, 12)]).toEqual([[], [], []]);
  });
});

const use = (from: Sighting, to: Sighting, known = memory) =>
  useSignals(firstSeen(from, T), to, () => known, { now: T + HOUR, maximumSpeed: 1000 });

describe('at a use', () => {
  it('the memory is not even read where nothing differs', () => {
    const read = () => {
      throw new Error('read');
    };
    expect(useSignals(firstSeen(home, T), home, read, { now: T, maximumSpeed: 1000 })).toEqual([]);
  });

  it.each<[string, Sighting, string[]]>([
    ['another browser', { ...home, browser: 'Chrome' }, ['browser_changed']],
    ['another system', { ...home, system: 'Linux' }, ['browser_changed']],
    ['a script that says nothing of itself', program, ['browser_changed']],
    ['nowhere', nowhere, []],
    ['another network', { ...home, network: 1 }, ['new_network']],
    ['another continent', lima, ['new_country', 'new_network', 'impossible_travel']],
    ['a trusted network there', { ...lima, trusted: true }, []],
    [
      'another browser in a trusted network',
      { ...lima, browser: 'Chrome', trusted: true },
      ['browser_changed'],
    ],
  ])('%s', (_, to, expected) => {
    expect(use(home, to)).toEqual(expected);
  });

  it('a program that said nothing of itself may be any', () => {
    expect(use(program, home)).toEqual([]);
    expect(use(program, program)).toEqual([]);
  });

  it('nobody passes for whatever they like by saying nothing in between', () => {
    const silent = seenAfter(firstSeen(home, T), program, 0, T);
    const compared = { now: T, maximumSpeed: 1000 };
    expect(useSignals(silent, { ...home, browser: 'Chrome' }, () => memory, compared)).toEqual([
      'browser_changed',
    ]);
    expect(useSignals(silent, home, () => memory, compared)).toEqual([]);
  });

  it('where its person signs in is nothing new', () => {
    expect(use(home, lima, learn(memory, lima, T, rememberedFor))).toEqual([]);
  });

  it('what it was granted from once is nothing new any more, and going back neither', () => {
    const abroad = seenAfter(firstSeen(home, T), lima, 0, T);
    const compared = { now: T, maximumSpeed: 1000 };
    expect(useSignals(abroad, home, () => nothingRemembered, compared)).toEqual([]);
    expect(useSignals(seenAfter(abroad, home, 0, T), lima, () => nothingRemembered, compared)).toEqual([]);
  });

  it('a trusted network is no place to have come from', () => {
    const office = { ...lima, trusted: true };
    expect(use(office, home)).toEqual([]);
    expect(use(office, home, nothingRemembered)).toEqual([]);
    // To somewhere that is not the person's either it is as new as from anywhere.
    expect(use(office, { ...lima, country: 'BR', network: 9 })).toEqual(['new_country', 'new_network']);
  });

  it('a cadence is out of pattern after sixty quick refreshes in a row, and in pattern again after a slow one', () => {
    let quick = 0;
    for (let count = 0; count < 59; count += 1) quick = quickAfter({ ...firstSeen(home, T), quick }, 14_999);
    expect(isOutOfCadence(quick)).toBe(false);
    expect(isOutOfCadence(quickAfter({ ...firstSeen(home, T), quick }, 0))).toBe(true);
    expect(quickAfter({ ...firstSeen(home, T), quick }, 15_000)).toBe(0);
  });
});
