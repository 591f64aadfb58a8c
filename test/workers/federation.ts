import { type ConfigInput, defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';

/** Beside those of every Portcullis. */
interface Bindings {
  /** As JSON: the providers, and whatever else is otherwise. */
  CONFIGURATION: string;
}

// An issuer whose people also sign in elsewhere.
export default portcullis(
  defineConfig((env) => ({
    issuer: env.PORTCULLIS_ISSUER,
    clients: [
      {
        clientId: 'app',
        clientName: 'The app',
        firstParty: true,
        redirectUris: [`${env.PORTCULLIS_ISSUER}/app`],
        scope: ['openid', 'profile', 'email'],
      },
    ],
    ...(JSON.parse((env as unknown as Bindings).CONFIGURATION) as Partial<ConfigInput>),
  })),
);
export * from '../../src/index.ts';
