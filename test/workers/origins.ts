import { defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';

interface GateEnvironment extends Cloudflare.Env {
  NODE_ORIGIN: string;
  WORKERS_ORIGIN: Fetcher;
}

/** The routes that the examples' READMEs show. */
export default portcullis(
  defineConfig((environment) => {
    const { PORTCULLIS_ISSUER: issuer, NODE_ORIGIN, WORKERS_ORIGIN } = environment as GateEnvironment;
    const session = { allow: 'session' } as const;
    const bound = { ...session, freshness: 'strict', assertion: 'request' } as const;
    return {
      issuer,
      routes: [
        { ...session, path: '/node/account', origin: NODE_ORIGIN },
        { ...bound, path: '/node/payments', origin: NODE_ORIGIN },
        { ...session, path: '/worker/account', origin: WORKERS_ORIGIN },
        { ...bound, path: '/worker/payments', origin: WORKERS_ORIGIN },
      ],
    };
  }),
);

export * from '../../src/index.ts';
