import { type Runtime, startRuntime } from '../../runtime/runtime.ts';
import { inTurn, signUp } from '../flow.ts';
import { compare, connect, type Http, type Lane, type Pace } from '../load.ts';
import { floor, origin } from '../servers.ts';
import { floorLanes, portcullisLanes, type Size } from './refresh.ts';

/** Resident bytes of workerd: after its Worker's first answer, and after a load of refreshes. */
export interface Memory {
  before: number;
  after: number;
}

async function measure(
  runtime: Runtime,
  first: (http: Http) => Promise<unknown>,
  lanes: (http: Http) => Promise<Lane[]> | Lane[],
  pace: Pace,
): Promise<Memory> {
  const http = connect(runtime.url);
  try {
    await first(http);
    const before = runtime.memory();
    await compare({ only: await lanes(http) }, pace);
    return { before, after: runtime.memory() };
  } finally {
    http.close();
    await runtime.stop();
  }
}

/** The memory of a workerd that runs nothing but Portcullis, and of one that runs nothing but the floor. */
export async function measureMemory(size: Size, pace: Pace): Promise<Record<'portcullis' | 'floor', Memory>> {
  return {
    portcullis: await measure(
      await startRuntime({ workers: [origin] }),
      (http) => http.send({ method: 'GET', path: '/.well-known/jwks.json' }),
      async (http) => {
        const people = await inTurn(Array.from({ length: size.users }), () => signUp(http));
        return portcullisLanes(http, people, size);
      },
      pace,
    ),
    floor: await measure(
      await startRuntime({ main: floor, workers: [origin] }),
      (http) => http.send({ method: 'POST', path: '/refresh', form: { refresh_token: '0.0' } }),
      (http) => floorLanes(http, size),
      pace,
    ),
  };
}
