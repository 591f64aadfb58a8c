import { parseParameters } from '../oauth/parameters.ts';
import { MAXIMUM_RETURN_PATH, type StepUp } from './decision.ts';
import { parseTarget, type Target } from './path.ts';

/** The gate's own addresses, on every host that it guards. */
export const OWN_PATHS = '/.portcullis/';

type SignInRequestAnswer =
  | { kind: 'sign_in'; returnTo: Target; stepUp: StepUp }
  /** `description` quotes nothing of the request. */
  | { kind: 'malformed'; description: string };

const malformed = (description: string) => ({ kind: 'malformed', description }) as const;

/** Of all values together, in characters: they travel in a cookie. */
const MAXIMUM_ACR_VALUES = 256;
/** RFC 6749 Appendix A.4: what a value that is separated by spaces may consist of. */
const acrValues = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
const seconds = /^(?:0|[1-9]\d{0,8})$/;

/**
 * An address of this very host, read as strictly as the address of any request: a redirect follows it. Its fragment is
 * dropped: it is for scripts, and none of it would pass through the provider.
 */
function returnTarget(text: string, ownOrigin: string): Target | { kind: 'malformed'; description: string } {
  const [address = ''] = text.split('#', 1);
  const absolute = address.startsWith('/') ? ownOrigin + address : address;
  const target = parseTarget(absolute === ownOrigin ? `${absolute}/` : absolute);
  if (target.kind === 'refused') return malformed(`return_to is refused: ${target.reason}`);
  const scheme = absolute.slice(0, absolute.indexOf(':')).toLowerCase();
  if (`${scheme}://${target.host}` !== ownOrigin)
    return malformed('return_to must be an address of this very host');
  if (target.path.length + target.query.length > MAXIMUM_RETURN_PATH)
    return malformed(`return_to is longer than ${MAXIMUM_RETURN_PATH} characters`);
  // The way back would be to sign in, and back, and so on.
  return target.path.startsWith(OWN_PATHS)
    ? malformed('return_to must not be one of the gate’s own addresses')
    : target;
}

/** Reads what a page asks for when it sends its browser to sign in. @param ownOrigin of the host that was called */
export function parseSignInRequest(query: string, ownOrigin: string): SignInRequestAnswer {
  const parsed = parseParameters(query.slice(1));
  if (parsed.kind === 'malformed') return parsed;
  const { parameters } = parsed;
  const returnTo = returnTarget(parameters.get('return_to') ?? '/', ownOrigin);
  if (returnTo.kind === 'malformed') return returnTo;
  const acr = parameters.get('acr_values');
  if (acr !== undefined && (acr.length > MAXIMUM_ACR_VALUES || !acrValues.test(acr))) {
    return malformed(
      `acr_values must be names with a space between them, ${MAXIMUM_ACR_VALUES} characters at most`,
    );
  }
  const maxAge = parameters.get('max_age');
  if (maxAge !== undefined && !seconds.test(maxAge))
    return malformed('max_age must be a number of seconds, without a sign or a fraction');
  const stepUp: StepUp = {
    ...(acr !== undefined && { acrValues: acr.split(' ') }),
    ...(maxAge !== undefined && { maxAgeSeconds: Number(maxAge) }),
  };
  return { kind: 'sign_in', returnTo, stepUp };
}
