import { startRuntime } from '../../runtime/runtime.ts';
import { compare, connect, type Lane, type Load, type Pace } from '../load.ts';
import { source } from '../servers.ts';

export type VerifyWork = 'first' | 'repeated' | 'jose';

/**
 * Tokens verified per second in workerd: seen for the first time, seen before, and by `jose.jwtVerify` with
 * `createRemoteJWKSet`, in turns.
 */
export async function measureVerify(pace: Pace): Promise<Record<VerifyWork, number>> {
  const runtime = await startRuntime({ main: { name: 'verify', main: source('workers/verify.ts') } });
  const http = connect(runtime.url);
  let count = 0;
  const lane = (work: VerifyWork): Lane[] => [
    async () => {
      const { status, body } = await http.send({ method: 'GET', path: `/${work}` });
      count = Number(body);
      if (status !== 200) throw new Error(`${work}: ${status} ${body}`);
    },
  ];
  try {
    const loads: Record<VerifyWork, Load> = await compare(
      { first: lane('first'), jose: lane('jose'), repeated: lane('repeated') },
      pace,
    );
    const perSecond = (work: VerifyWork) => loads[work].perSecond * count;
    return { first: perSecond('first'), repeated: perSecond('repeated'), jose: perSecond('jose') };
  } finally {
    http.close();
    await runtime.stop();
  }
}
