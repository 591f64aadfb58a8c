/** The Worker's secret that holds a provider's. */
export const providerSecretName = (name: string): `PORTCULLIS_PROVIDER_${string}_SECRET` =>
  `PORTCULLIS_PROVIDER_${name.toUpperCase().replaceAll('-', '_')}_SECRET`;
