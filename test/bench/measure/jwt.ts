import type { Runtime } from '../../runtime/runtime.ts';
import { compare, connect, type Lane, type Pace } from '../load.ts';

const COUNT = 100;

export type JwtWork = 'sign' | 'verify' | 'raw-sign' | 'raw-verify';

/** ES256 in the Worker, per second: with everything that Portcullis does about it, and Web Crypto alone. */
export async function measureJwt(runtime: Runtime, pace: Pace): Promise<Record<JwtWork, number>> {
  const http = connect(runtime.urls.jwt ?? '');
  const lane = (path: string): [Lane] => [
    async () => {
      const { status, body } = await http.send({ method: 'GET', path: `/${path}?count=${COUNT}` });
      if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
    },
  ];
  try {
    const loads = await compare(
      {
        sign: lane('sign'),
        'raw-sign': lane('raw-sign'),
        verify: lane('verify'),
        'raw-verify': lane('raw-verify'),
      },
      pace,
    );
    return Object.fromEntries(
      Object.entries(loads).map(([work, load]) => [work, load.perSecond * COUNT]),
    ) as Record<JwtWork, number>;
  } finally {
    http.close();
  }
}
