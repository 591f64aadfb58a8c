import { env, runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { ReplayObject } from '../../src/replay/object.ts';

it('forgets what has expired when it wakes, however often that puts its alarm off', async () => {
  const stub = env.REPLAY.getByName('comes back every few minutes');
  const remembered = await runInDurableObject(stub, async (_, state) => {
    const soon = Date.now() + 20;
    expect(new ReplayObject(state, env).firstUse('first', soon, 'request')).toBe(true);
    while (Date.now() <= soon) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(new ReplayObject(state, env).firstUse('second', Date.now() + 60_000, 'request')).toBe(true);
    return state.storage.sql.exec<{ id: string }>('SELECT id FROM used').toArray();
  });
  expect(remembered).toEqual([{ id: 'second' }]);
});
