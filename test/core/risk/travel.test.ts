import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isImpossibleTravel, kilometresBetween } from '../../../src/core/risk/travel.ts';

const place = fc.record({
  latitude: fc.integer({ min: -90, max: 90 }),
  longitude: fc.integer({ min: -180, max: 180 }),
});
const berlin = { latitude: 53, longitude: 13 };
const newYork = { latitude: 41, longitude: -74 };
const HOUR = 3_600_000;

describe('the distance of two places', () => {
  it.each([
    ['Berlin and New York', berlin, newYork, 6385],
    ['two sides of the date line', { latitude: 0, longitude: 179 }, { latitude: 0, longitude: -179 }, 222],
    ['the poles', { latitude: 90, longitude: 0 }, { latitude: -90, longitude: 77 }, 20_015],
    ['one place', berlin, berlin, 0],
  ])('of %s', (_, one, other, kilometres) => {
    expect(Math.abs(kilometresBetween(one, other) - kilometres)).toBeLessThan(80);
  });

  it('is the same both ways, and never more than half the earth', () => {
    fc.assert(
      fc.property(place, place, (one, other) => {
        const kilometres = kilometresBetween(one, other);
        expect(kilometres).toBeCloseTo(kilometresBetween(other, one), 6);
        expect(kilometres).toBeGreaterThanOrEqual(0);
        expect(kilometres).toBeLessThan(20_016);
      }),
    );
  });
});

describe('travel', () => {
  it('is possible by plane, and not in half the time', () => {
    expect(isImpossibleTravel(berlin, newYork, 7 * HOUR, 1000)).toBe(false);
    expect(isImpossibleTravel(berlin, newYork, 3 * HOUR, 1000)).toBe(true);
    expect(isImpossibleTravel(berlin, newYork, 3 * HOUR, 3000)).toBe(false);
  });

  it('is possible at once over a short distance, by which a network may be wrong', () => {
    const munich = { latitude: 48, longitude: 12 };
    expect(isImpossibleTravel(berlin, munich, 0, 1000)).toBe(false);
  });

  it('is possible from and to where nobody knows', () => {
    expect(isImpossibleTravel(null, newYork, 0, 1000)).toBe(false);
    expect(isImpossibleTravel(berlin, null, 0, 1000)).toBe(false);
  });

  it('never becomes impossible by taking longer, nor by a clock that went back', () => {
    fc.assert(
      fc.property(place, place, fc.nat(1e9), fc.nat(1e9), (one, other, time, more) => {
        if (!isImpossibleTravel(one, other, time, 1000))
          expect(isImpossibleTravel(one, other, time + more, 1000)).toBe(false);
        expect(isImpossibleTravel(one, other, -more, 1000)).toBe(isImpossibleTravel(one, other, 0, 1000));
      }),
    );
  });
});
