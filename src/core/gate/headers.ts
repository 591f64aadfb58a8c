import { withoutOwnCookies } from './cookies.ts';

/** What is needed of a platform's headers. Names that come out of it are in lower case. */
interface HeaderMap {
  get(name: string): string | null;
  set(name: string, value: string): void;
  delete(name: string): void;
  keys(): Iterable<string>;
}

/** CGI and its successors fold every other character into one: `X_Forwarded.User` is X-Forwarded-User to them. */
const folded = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '-');

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Families of headers in which some proxy or gateway tells an origin who is calling or what was asked for. */
const claimedPrefixes = words(`
  portcullis- x-portcullis-
  forwarded- x-forwarded x-original- x-rewrite- x-replaced- x-override- x-proxy- x-envoy- x-accel- x-sendfile
  x-arr- x-waws- x-appservice- x-cf- x-middleware- x-invoke- x-astro-
  remote- x-remote- auth- x-auth x-ext-auth x-webauth- x-user x-role x-group x-tenant x-scope x-permission
  x-principal x-subject x-identity x-claim x-login x-admin x-is-admin x-anonymous x-sso- sso-
  x-jwt- x-token- x-id-token x-access-token x-refresh-token x-oidc- oidc- x-saml- impersonate-
  gap- x-pomerium- x-vouch- x-consumer- x-credential- x-kong- x-tyk- x-istio- x-kratos- x-hydra- l5d- dapr-
  teleport- x-teleport- tailscale- ngrok-auth- cf-access- x-goog-authenticated- x-goog-iap- x-endpoint-api-
  x-apigateway- x-appengine- x-amzn-oidc- x-amzn-mtls- x-amzn-request-context x-amzn-lambda-context
  x-ms-client-principal x-ms-token- x-ms-auth sm- iv- oam- x-oam- shib- x-shib- mellon- cas-
  x-trino- x-presto- x-proxiedentit es-security- x-hasura- x-impersonat x-on-behalf x-oauth x-verified- x-preferred-
  x-client-principal x-rundeck- x-delegated x-acting x-logged-in x-end-user x-github-user x-account-id x-org-id
  ssl-client- x-ssl- tls-client- x-tls- client-cert x-client-cert x-client-verify x-client-dn cf-client-cert x-peer-cert
`);

const claimed = new Set(
  words(`
    forwarded x-email x-uid eppn x-grafana-user x-grafana-id x-zumo-auth x-serverless-authorization cookie2
    x-real-ip x-client-ip x-originating-ip x-cluster-client-ip true-client-ip client-ip proxy-client-ip
    wl-proxy-client-ip fastly-client-ip fly-client-ip x-azure-clientip x-azure-socketip
    x-host x-http-host-override disguised-host x-scheme x-url-scheme front-end-https
    x-url x-uri x-request-uri x-script-name x-path-info x-matched-path x-http-destinationurl
    x-http-method-override x-http-method x-method-override x-method
    proxy
  `),
);

/** Begins like a claim and is none: what a gRPC-Web client calls itself. */
const unclaimed = new Set(['x-user-agent']);

/**
 * RFC 9110 §7.6.1, and what the runtime sets itself from the URL and the body that it is given. It has told the caller to
 * continue before anybody here sees the request (§10.1.1): an origin would tell a second time, or refuse with 417.
 */
const perConnection = new Set(
  words(`
    proxy-connection keep-alive te trailer transfer-encoding proxy-authorization proxy-authenticate host content-length
    expect
  `),
);

/** A proof (RFC 9449) is half of the credential. */
const credentials = new Set(['authorization', 'dpop']);

/** Whether a header, however it is spelled, tells the origin something that only the gate may tell it. */
export function isClaimed(name: string): boolean {
  const plain = folded(name);
  return (
    claimed.has(plain) ||
    (!unclaimed.has(plain) && claimedPrefixes.some((prefix) => plain.startsWith(prefix)))
  );
}

/** Whether a route may give this name to a header of its own: others are the gate's, or nothing that an origin reads. */
export function isFreeHeaderName(name: string): boolean {
  const plain = folded(name);
  const taken =
    /^(?:x-)?portcullis-|^(?:x-)?forwarded(?:$|-(?:for|host|proto)$)|^(?:connection|upgrade|cookie2?)$/;
  // A name of a route's own is stripped from every request to every route: these belong to the request itself.
  const ofRequest =
    /^(?:content|accept|if|sec|access-control)(?:-|$)|^(?:range|origin|referer|user-agent|date|dpop|cache-control|pragma|via|expect)$/;
  return !taken.test(plain) && !ofRequest.test(plain) && !perConnection.has(plain);
}

/** What nearly every Connection header says, and what names no header that would be left. */
const usualOptions = new Set(['', 'keep-alive', 'close', 'upgrade']);

/** The headers that a Connection header names; undefined when there are none but those that go anyway. */
function namedBy(connection: string): Set<string> | undefined {
  const options = connection.split(',').map((option) => folded(option.trim()));
  return options.every((option) => usualOptions.has(option)) ? undefined : new Set(options);
}

type Treatment = 'keep' | 'strip' | 'cookie' | 'credentials' | 'connection' | 'upgrade';

function treatmentOf(plain: string, configured: ReadonlySet<string>): Treatment {
  if (plain === 'connection') return 'connection';
  // Configured or not: a route that puts its own secret there sets it anew.
  if (credentials.has(plain)) return 'credentials';
  if (perConnection.has(plain) || configured.has(plain) || isClaimed(plain)) return 'strip';
  return plain === 'cookie' || plain === 'upgrade' ? plain : 'keep';
}

/** Callers make up names: no more are remembered, and none that is longer than any in use. */
const MAXIMUM_KNOWN = 1000;
const MAXIMUM_NAME_LENGTH = 64;

export interface Forwarded {
  /** The route's own host and the scheme that browsers reach it by: never taken from a header. */
  host: string;
  scheme: 'http' | 'https';
  clientAddress: string | undefined;
  /** Who is calling; absent on a public route. */
  assertion: string | undefined;
  /** Whether the Authorization header was meant for the gate alone. */
  withoutAuthorization: boolean;
  webSocket: boolean;
  /** What the route adds of its own: names of `configured`, or Authorization. */
  added?: readonly (readonly [name: string, value: string])[];
}

const forwardedFor = (address: string): string => (address.includes(':') ? `"[${address}]"` : address);

/**
 * Makes the function that turns the headers of a caller into what the origin receives: without the claims of others, our
 * own credentials and what belongs to the connection; then with what the gate itself knows. Each name is judged once.
 * @param configured names that any route gives to a header of its own: no caller may send them anywhere.
 */
export function createHeaderRewriting(configured: readonly string[]) {
  const own = new Set(configured.map(folded));
  const known = new Map<string, Treatment>();

  function treatment(name: string): Treatment {
    const found = known.get(name);
    if (found !== undefined) return found;
    const judged = treatmentOf(folded(name), own);
    if (name.length > MAXIMUM_NAME_LENGTH) return judged;
    if (known.size >= MAXIMUM_KNOWN) known.clear();
    known.set(name, judged);
    return judged;
  }

  /** @param outbound a copy of `inbound`, to be changed. */
  return (outbound: HeaderMap, inbound: HeaderMap, forwarded: Forwarded): void => {
    let named: Set<string> | undefined;
    for (const name of inbound.keys()) {
      switch (treatment(name)) {
        case 'keep':
          continue;
        case 'cookie': {
          const cookies = inbound.get(name) ?? '';
          const kept = withoutOwnCookies(cookies);
          if (kept === undefined) outbound.delete(name);
          else if (kept !== cookies) outbound.set(name, kept);
          continue;
        }
        case 'credentials':
          if (forwarded.withoutAuthorization) outbound.delete(name);
          continue;
        case 'upgrade':
          if (!forwarded.webSocket) outbound.delete(name);
          continue;
        case 'connection':
          named = namedBy(inbound.get(name) ?? '');
          outbound.delete(name);
          continue;
        case 'strip':
          outbound.delete(name);
      }
    }
    // RFC 9110 §7.6.1: what Connection names goes no further than here.
    if (named) for (const name of inbound.keys()) if (named.has(folded(name))) outbound.delete(name);

    const { host, scheme, clientAddress, assertion, added } = forwarded;
    outbound.set('x-forwarded-host', host);
    outbound.set('x-forwarded-proto', scheme);
    // An address that a header brought may be anything; only what looks like one is passed on.
    if (clientAddress !== undefined && /^[0-9a-f.:]{2,45}$/i.test(clientAddress)) {
      outbound.set('x-forwarded-for', clientAddress);
      outbound.set('forwarded', `for=${forwardedFor(clientAddress)};host="${host}";proto=${scheme}`);
    } else {
      outbound.set('forwarded', `host="${host}";proto=${scheme}`);
    }
    if (forwarded.webSocket) outbound.set('upgrade', 'websocket');
    if (assertion !== undefined) outbound.set('portcullis-assertion', assertion);
    if (added) for (const [name, value] of added) outbound.set(name, value);
  };
}
