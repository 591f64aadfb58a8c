import { defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';

/** Beside those of every Portcullis. */
interface Bindings {
  /** The address of the gate. */
  GATE: string;
  /** Whether it is told of logouts. */
  BACKCHANNEL?: string;
}

// An issuer that knows one client: a gate in another Worker.
export default portcullis(
  defineConfig((env) => {
    const { GATE, BACKCHANNEL } = env as unknown as Bindings;
    return {
      issuer: env.PORTCULLIS_ISSUER,
      clients: [
        {
          clientId: 'edge-gate',
          clientName: 'The gate',
          firstParty: true,
          redirectUris: [`${GATE}/.portcullis/callback`],
          postLogoutRedirectUris: [`${GATE}/`],
          ...(BACKCHANNEL && { backchannelLogoutUri: `${GATE}/.portcullis/backchannel-logout` }),
          accessTokenSeconds: 30,
        },
      ],
    };
  }),
);
export * from '../../src/index.ts';
