import type { Config } from './schema.ts';

const always: readonly string[] = [
  '/signin',
  '/signup',
  '/reset',
  '/consent',
  '/account',
  '/alerts',
  '/device',
  '/oauth',
  '/session',
  '/assets',
  '/dev',
  '/.well-known',
];

/** The first segments of the issuer's own paths (src/routes.ts): no gate route may stand there on its host. */
export const issuerPathsOf = ({
  auth0Paths,
  environment,
}: Pick<Config, 'auth0Paths' | 'environment'>): readonly string[] => [
  ...always,
  ...(auth0Paths ? ['/authorize', '/v2'] : []),
  ...(environment === 'development' ? ['/metrics'] : []),
];
