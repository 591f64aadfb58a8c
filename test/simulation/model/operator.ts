import type { Key } from './secrets.ts';
import type { State } from './storage.ts';
import type { World } from './world.ts';

/** What happens to the installation: restarts, a restore from a backup, a new root secret. */
export function operate(world: World): void {
  const { profile } = world;
  for (let restart = 0; restart < profile.restarts; restart += 1) {
    at(world, () => {
      world.count('a restart');
      world.object.restart();
    });
  }
  if (profile.restore) at(world, () => backUp(world));
  if (profile.keys !== 'kept') replaceKeys(world);
}

const at = (world: World, run: () => void): void =>
  world.timeline.after(world.random.between(0, world.profile.horizon), run);

function backUp(world: World): void {
  const { storage, object, witness, trace, count } = world;
  const backup: State = storage.durable;
  trace?.('a backup is made');
  at(world, () => {
    trace?.('storage is restored from the backup');
    count('a restore');
    object.restart();
    storage.restore(backup);
    witness.restored();
  });
}

/**
 * A new root secret reaches the isolates one after another. In two steps (first accepted everywhere, then used)
 * nobody notices. At once, or with the old one forgotten, tokens are refused that were good, and the clients may be
 * signed out for it; nothing worse may happen.
 */
function replaceKeys(world: World): void {
  const { random, timeline, profile, rings, witness, trace, count } = world;
  const old = rings[0].current;
  const fresh = world.newKey(1);
  count(`keys ${profile.keys}`);
  const isolate = (which: 0 | 1, all: Key[]): void => {
    trace?.(`isolate ${which} has the keys ${all.map((key) => key.id).join(', ')}`);
    rings[which] = { current: all[0] ?? old, all };
  };
  timeline.after(random.between(0, profile.horizon), () => {
    const pause = random.between(1, profile.accessSeconds * 1000);
    if (profile.keys === 'replaced at once') {
      world.tokens.forEach((_, family) => {
        witness.excuse(family);
      });
      const kept = random.chance(0.5) ? [fresh, old] : [fresh];
      isolate(0, kept);
      return timeline.after(pause, () => isolate(1, kept));
    }
    isolate(0, [old, fresh]);
    timeline.after(pause, () => isolate(1, [old, fresh]));
    timeline.after(2 * pause, () => isolate(0, [fresh, old]));
    timeline.after(3 * pause, () => isolate(1, [fresh, old]));
  });
}
