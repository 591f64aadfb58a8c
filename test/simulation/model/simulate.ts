import { ending, forger, thief } from './adversary.ts';
import { type Simulate, Violation } from './checks.ts';
import { Client } from './client.ts';
import { operate } from './operator.ts';
import { World } from './world.ts';

/**
 * What is real here: the rule (src/core/family/rule.ts) and the transactions around it (src/user/families.ts,
 * sessions.ts). What is a model: storage with its commits, the object's output gate, the Worker around its crypto,
 * the network, the clients, and everybody who means them harm.
 */
export const simulate: Simulate = (seed, count = () => {}, trace) => {
  try {
    const world = new World(seed, count, trace);
    const { profile, random } = world;
    trace?.(`seed ${seed}: ${JSON.stringify(profile)}`);
    const [first, ...others] = world.tokens.map((token) => new Client(world, token));
    if (!first) return undefined;
    const clients: [Client, ...Client[]] = [first, ...others];
    for (let n = 0; n < profile.thieves; n += 1) thief(world, random.pick(clients), `thief ${n}`);
    if (profile.forger) forger(world, random.pick(clients));
    for (let n = 0; n < profile.endings; n += 1) ending(world, random.pick(clients));
    operate(world);
    world.timeline.run();
    world.object.restart();
    if (clients.every((client) => !client.signedOut)) count('everybody stays signed in');
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return { seed, check: error.check, message: error.message };
    return { seed, check: 'an exception', message: String(error instanceof Error ? error.stack : error) };
  }
};
