import { redeem, type TokenRequest, type TokenResponse } from './worker.ts';
import type { World } from './world.ts';

/** Carries a request to some isolate and its answer back; both may be lost, late, or delivered twice. */
export function send(world: World, request: TokenRequest, respond: (response: TokenResponse) => void): void {
  const { random, timeline, profile, count, trace } = world;
  const latency = (): number =>
    random.chance(profile.slowRate) ? random.between(200, 4_000) : random.between(5, 80);
  const twice = random.chance(profile.duplicateRate);
  if (twice) count('a request is delivered twice');
  for (let copy = 0; copy < (twice ? 2 : 1); copy += 1) {
    if (random.chance(profile.lossRate)) {
      count('a request is lost');
      trace?.(`a request of ${request.name} is lost`);
      continue;
    }
    timeline.after(latency(), () => {
      redeem(world, random.pick(world.rings), request, (response) => {
        if (random.chance(profile.lossRate)) {
          count('a response is lost');
          return trace?.(`a response to ${request.name} is lost`);
        }
        timeline.after(latency(), () => respond(response));
      });
    });
  }
}
