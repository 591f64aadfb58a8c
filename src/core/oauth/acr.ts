/** The context that a second factor amounts to. */
export const MULTI_FACTOR = 'urn:portcullis:acr:mfa';

/** What a sign-in amounts to (OpenID Connect Core §2, `acr`), by the methods that it was made with, the strongest first. */
const contexts: readonly { acr: string; meets: (amr: readonly string[]) => boolean }[] = [
  // OpenID Connect EAP ACR Values §2: a key proved itself, and a forged page gains nothing by asking.
  { acr: 'phr', meets: (amr) => ['hwk', 'swk', 'pop'].some((method) => amr.includes(method)) },
  { acr: MULTI_FACTOR, meets: (amr) => amr.includes('mfa') },
  { acr: 'urn:portcullis:acr:single-factor', meets: (amr) => amr.length > 0 },
];

/** All that a sign-in amounts to. @param amr the methods actually used, by the names of RFC 8176. */
export const acrsMet = (amr: readonly string[]): string[] =>
  contexts.filter(({ meets }) => meets(amr)).map(({ acr }) => acr);

/** The `acr` of a sign-in: the strongest context that it meets; undefined when nobody knows how it was made. */
export const acrOf = (amr: readonly string[]): string | undefined => acrsMet(amr)[0];

/** The contexts that somebody can sign in with, the strongest first. @param methods those of each way to sign in. */
export const acrValuesSupported = (methods: readonly (readonly string[])[]): string[] => {
  const reached = new Set(methods.flatMap(acrsMet));
  return contexts.map(({ acr }) => acr).filter((acr) => reached.has(acr));
};

/** A sign-in of a kind that a request asks for (RFC 9470 §4, OpenID Connect Core §5.5.1.1). */
export interface AcrRequest {
  /** Any of these. Only what is supported: the others cannot be met by anything. */
  values: string[];
  /** Whether the request is pointless without one of them; otherwise they are preferred. */
  essential: boolean;
}

export const meetsAcr = (request: AcrRequest | undefined, amr: readonly string[]): boolean => {
  if (!request || request.values.length === 0) return true;
  const reached = acrsMet(amr);
  return request.values.some((acr) => reached.includes(acr));
};
