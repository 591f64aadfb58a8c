import { defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';

/** An issuer as on the free plan: no password is ever hashed, and no mail is needed either. */
export default portcullis(
  defineConfig((environment) => ({
    issuer: environment.PORTCULLIS_ISSUER,
    passwords: { enabled: false },
    emailCodes: { enabled: false },
    clients: [
      {
        clientId: 'app',
        clientName: 'App of our own',
        firstParty: true,
        redirectUris: [`${environment.PORTCULLIS_ISSUER}/callback`],
        sessionOrigins: [environment.PORTCULLIS_ISSUER],
      },
    ],
  })),
);
export * from '../../src/index.ts';
