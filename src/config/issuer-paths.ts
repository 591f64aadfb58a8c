/** The first segments of the issuer's own paths (src/routes.ts): no gate route may stand there on its host. */
export const issuerPaths: readonly string[] = [
  '/signin',
  '/signup',
  '/consent',
  '/account',
  '/device',
  '/oauth',
  '/session',
  '/assets',
  '/dev',
  '/.well-known',
];
