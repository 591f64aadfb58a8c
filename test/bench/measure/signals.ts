import { inTurn, signUp } from '../flow.ts';
import { compare, connect, type Measured, type Pace } from '../load.ts';
import { startSignals } from '../servers.ts';
import { portcullisLanes, type Size } from './refresh.ts';

/** Refreshes where nothing is noticed, beside those where everything is: the same Worker but for its configuration. */
export async function measureSignals(size: Size, pace: Pace): Promise<Record<'on' | 'off', Measured>> {
  const runtimes = { on: await startSignals('on'), off: await startSignals('off') };
  const https = { on: connect(runtimes.on.url), off: connect(runtimes.off.url) };
  try {
    const lanesOf = async (which: 'on' | 'off') => {
      const http = https[which];
      const people = await inTurn(Array.from({ length: size.users }), () => signUp(http));
      return portcullisLanes(http, people, { ...size, chains: 1 });
    };
    return await compare({ on: await lanesOf('on'), off: await lanesOf('off') }, pace);
  } finally {
    for (const which of ['on', 'off'] as const) {
      https[which].close();
      await runtimes[which].stop();
    }
  }
}
