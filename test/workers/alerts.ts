import { defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';

interface AlertsEnvironment extends Cloudflare.Env {
  /** Where the receivers are that answer from the beginning. */
  RECEIVERS: string;
  /** Where one is that comes later. */
  LATE_RECEIVER: string;
}

/** A client, and receivers of events: one for each way to be in trouble, and one of Security Event Tokens. */
export default portcullis(
  defineConfig((environment) => {
    const { RECEIVERS, LATE_RECEIVER } = environment as AlertsEnvironment;
    const issuer = environment.PORTCULLIS_ISSUER;
    return {
      issuer,
      clients: [
        {
          clientId: 'demo',
          clientName: 'The demo',
          firstParty: true,
          redirectUris: [`${issuer}/demo/`],
          scope: ['openid', 'profile', 'email', 'demo:read'],
          resources: [`${issuer}/demo/api`],
        },
      ],
      webhooks: [
        { name: 'well', url: `${RECEIVERS}/well` },
        { name: 'failing', url: `${RECEIVERS}/failing` },
        { name: 'hanging', url: `${RECEIVERS}/hanging` },
        { name: 'crashing', url: `${RECEIVERS}/crashing` },
        { name: 'late', url: `${LATE_RECEIVER}/late` },
        { name: 'picky', url: `${RECEIVERS}/picky`, events: ['session_opened'] },
      ],
      securityEventReceivers: [
        {
          name: 'partner',
          url: `${RECEIVERS}/events`,
          audience: 'https://partner.example',
          bearerToken: true,
        },
      ],
    };
  }),
);

export * from '../../src/index.ts';
