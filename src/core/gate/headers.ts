import { withoutOwnCookies } from './cookies.ts';

type Header = readonly [name: string, value: string];

/** CGI and its successors fold every other character into one: `X_Forwarded.User` is X-Forwarded-User to them. */
const folded = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '-');

/** Families of headers in which some proxy tells an origin who is calling or what was asked for. */
const claimedPrefixes = [
  'portcullis-',
  'x-portcullis-',
  'forwarded-',
  'x-forwarded',
  'x-original-',
  'x-rewrite-',
  'remote-',
  'x-remote-',
  'auth-',
  'x-auth',
  'x-authelia-',
  'x-webauth-',
  'x-pomerium-',
  'x-vouch-',
  'x-consumer-',
  'x-credential-',
  'x-oidc-',
  'x-user',
  'x-role',
  'x-group',
  'x-tenant',
  'x-scope-',
  'x-jwt-',
  'x-id-token',
  'x-access-token',
  'x-endpoint-api-',
  'x-apigateway-',
  'x-appengine-',
  'x-arr-',
  'x-middleware-',
  'impersonate-',
  'oidc-',
  'x-saml-',
  'x-goog-authenticated-',
  'x-goog-iap-',
  'x-amzn-oidc-',
  'x-ms-client-principal',
  'x-ms-token-',
  'cf-access-',
  'tailscale-user-',
  'sm-',
  'iv-',
  'ssl-client-',
  'x-ssl-',
  'client-cert',
  'x-client-cert',
];

const claimed = new Set([
  'forwarded',
  'gap-auth',
  'x-email',
  'x-real-ip',
  'x-client-ip',
  'x-originating-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'client-ip',
  'x-host',
  'x-http-host-override',
  'x-envoy-original-path',
  // They would make the origin act on another method than the one that was judged.
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
]);

/** Begins like a claim and is none: what a gRPC-Web client calls itself. */
const unclaimed = new Set(['x-user-agent']);

/** RFC 9110 §7.6.1, and what the runtime sets itself from the URL and the body that it is given. */
const perConnection = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authorization',
  'proxy-authenticate',
  'host',
  'content-length',
]);

/** Whether a header, however it is spelled, tells the origin something that only the gate may tell it. */
export function isClaimed(name: string): boolean {
  const plain = folded(name);
  return (
    claimed.has(plain) ||
    (!unclaimed.has(plain) && claimedPrefixes.some((prefix) => plain.startsWith(prefix)))
  );
}

export interface Forwarded {
  /** The route's own host and the scheme that browsers reach it by: never taken from a header. */
  host: string;
  scheme: 'http' | 'https';
  clientAddress: string | undefined;
  /** Who is calling; absent on a public route. */
  assertion: string | undefined;
  /** Whether the Authorization header was meant for the gate. */
  withoutAuthorization: boolean;
  webSocket: boolean;
}

const forwardedFor = (address: string): string => (address.includes(':') ? `"[${address}]"` : address);

/**
 * What the origin receives: everything that came in, without the claims of others, our own credentials and what
 * belongs to the connection; then what the gate itself knows.
 */
export function originHeaders(inbound: Iterable<Header>, forwarded: Forwarded): [string, string][] {
  const received = [...inbound].map(([name, value]) => [name.toLowerCase(), value] as const);
  const named = new Set(
    received.flatMap(([name, value]) =>
      name === 'connection' ? value.split(',').map((option) => folded(option.trim())) : [],
    ),
  );
  const headers: [string, string][] = [];
  for (const [name, value] of received) {
    if (perConnection.has(folded(name)) || named.has(folded(name)) || isClaimed(name)) continue;
    if (folded(name) === 'authorization' && forwarded.withoutAuthorization) continue;
    const kept = folded(name) === 'cookie' ? withoutOwnCookies(value) : value;
    if (kept !== undefined) headers.push([name, kept]);
  }
  const { host, scheme, assertion } = forwarded;
  // An address that a header brought may be anything; only what looks like one is passed on.
  const address = /^[0-9a-f.:]{2,45}$/i.test(forwarded.clientAddress ?? '')
    ? forwarded.clientAddress
    : undefined;
  headers.push(['x-forwarded-host', host], ['x-forwarded-proto', scheme]);
  if (address) headers.push(['x-forwarded-for', address]);
  headers.push([
    'forwarded',
    `${address ? `for=${forwardedFor(address)};` : ''}host="${host}";proto=${scheme}`,
  ]);
  if (forwarded.webSocket) headers.push(['upgrade', 'websocket']);
  if (assertion !== undefined) headers.push(['portcullis-assertion', assertion]);
  return headers;
}
