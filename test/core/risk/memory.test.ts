import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterForgetting,
  learn,
  nothingRemembered,
  type RiskMemory,
  remembers,
} from '../../../src/core/risk/memory.ts';
import type { Sighting } from '../../../src/core/risk/sighting.ts';
import { signals } from '../../../src/core/risk/signal.ts';
import { firstSeen, type Seen, seenAfter, telling } from '../../../src/core/risk/use.ts';

const DAY = 86_400_000;
const rememberedFor = 90 * DAY;
const sighting: Sighting = {
  country: 'DE',
  network: 3320,
  latitude: 53,
  longitude: 13,
  browser: 'Firefox',
  system: 'Windows',
  trusted: false,
};
const T = 100 * DAY;

const anySighting: fc.Arbitrary<Sighting> = fc.record({
  country: fc.string({ maxLength: 200 }),
  network: fc.integer({ min: 0, max: 0xffff_ffff }),
  latitude: fc.option(fc.integer({ min: -90, max: 90 })),
  longitude: fc.option(fc.integer({ min: -180, max: 180 })),
  browser: fc.string({ maxLength: 200 }),
  system: fc.string({ maxLength: 200 }),
  trusted: fc.boolean(),
});

const learned = (sightings: readonly Sighting[], step: number): RiskMemory =>
  sightings.reduce<RiskMemory>(
    (memory, one, index) => learn(memory, one, T + index * step, rememberedFor),
    nothingRemembered,
  );

describe('what is remembered of a person', () => {
  it('never grows beyond a few kilobytes, whatever was seen', () => {
    fc.assert(
      fc.property(fc.array(anySighting, { maxLength: 300, size: 'max' }), fc.nat(DAY), (sightings, step) => {
        const memory = learned(sightings, step);
        for (const list of [memory.countries, memory.networks, memory.devices])
          expect(list.length).toBeLessThanOrEqual(16);
        expect(memory.hours).toHaveLength(24);
        // A character of what somebody says of their own browser may take six in JSON.
        expect(JSON.stringify(memory).length).toBeLessThan(3 * 16 * (64 * 6 + 24) + 400);
      }),
      { numRuns: 30 },
    );
  });

  it('is forgotten after its time, and not before', () => {
    const memory = learn(nothingRemembered, sighting, T, rememberedFor);
    const before = afterForgetting(memory, T + rememberedFor - 1, rememberedFor);
    expect([before.countries.length, before.last]).toEqual([1, { latitude: 53, longitude: 13, at: T }]);
    const after = afterForgetting(memory, T + rememberedFor, rememberedFor);
    expect(after).toEqual({ ...nothingRemembered, hoursHalvedAt: T + rememberedFor });
  });

  it('lasts for as long as it is seen again', () => {
    let memory = nothingRemembered;
    for (let day = 0; day < 400; day += 30) memory = learn(memory, sighting, T + day * DAY, rememberedFor);
    expect(remembers(memory.countries, 'DE')).toBe(true);
  });

  it('has the newest sixteen places', () => {
    const names = Array.from({ length: 20 }, (_, index) => `C${index}`);
    const memory = learned(
      names.map((country) => ({ ...sighting, country })),
      1000,
    );
    expect(memory.countries.map(([name]) => name)).toEqual(names.slice(4).reverse());
  });

  it('has no place and no network of the operator’s', () => {
    const memory = learn(nothingRemembered, { ...sighting, trusted: true }, T, rememberedFor);
    expect(memory).toMatchObject({ countries: [], networks: [], last: null });
    expect(memory.devices).toHaveLength(1);
  });

  it('counts a habit of today for more than one of last year', () => {
    const nights = Array.from({ length: 300 }, () => sighting);
    const memory = learned(nights, DAY);
    expect(memory.hours.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(200);
  });
});

describe('what is kept of a chain', () => {
  it('never grows beyond a few kilobytes, whatever it was used with', () => {
    const use = fc.tuple(anySighting, fc.subarray([...signals]));
    fc.assert(
      fc.property(fc.array(use, { maxLength: 200, size: 'max' }), (uses) => {
        let seen: Seen = firstSeen(sighting, T);
        for (const [index, [one, found]] of uses.entries()) {
          const told = telling(seen.told, found, T + index) ?? seen.told;
          seen = seenAfter({ ...seen, told }, one, 0, T + index);
        }
        expect(seen.told.length).toBeLessThanOrEqual(8);
        expect(seen.countries.length).toBeLessThanOrEqual(8);
        // What the edge's own reader makes of a header is cut before it comes here; this is without.
        expect(JSON.stringify({ ...seen, sighting: null }).length).toBeLessThan(2 * 8 * (64 * 6 + 24) + 400);
      }),
      { numRuns: 30 },
    );
  });

  it('tells each set of signals once an hour, and eight sets at most', () => {
    const once = telling([], ['new_country', 'new_network'], T);
    expect(once).toHaveLength(1);
    expect(telling(once ?? [], ['new_network', 'new_country'], T + 3_599_999)).toBeUndefined();
    expect(telling(once ?? [], ['new_country'], T + 1)).toHaveLength(2);
    expect(telling(once ?? [], ['new_network', 'new_country'], T + 3_600_000)).toHaveLength(1);
    let told = once ?? [];
    for (const signal of signals) told = telling(told, [signal], T + 2) ?? told;
    expect(told).toHaveLength(8);
  });
});
