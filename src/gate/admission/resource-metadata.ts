import type { Config, Route } from '../../config/schema.ts';
import { defaultProofAlgorithms } from '../../verify/dpop.ts';
import { metadataUrlOf, resourceMetadata } from '../../verify/resource-metadata.ts';
import { gateResponse } from '../refusal.tsx';

/** Where a client learns how to get a token for a route (RFC 9728 §3.1): a URL on the route's own host. */
export function routeMetadataUrl({ resource, path }: Route, publicOrigin: string): URL {
  const url = new URL(resource);
  if (url.origin === publicOrigin) return new URL(metadataUrlOf(url));
  // A resource of another host, or of many: its document is named by the route, whose pattern is no path yet.
  const place = path.replace(/\/\*$/, '').replace(/[^\w./~-]/g, '-');
  return new URL(metadataUrlOf(new URL(publicOrigin + place)));
}

/** The document itself, for any page to read. */
export function routeMetadata({ resource, allow, issuers }: Route, config: Config): Response {
  const scopes = allow === 'public' ? [] : [...new Set(allow.flatMap(({ scope }) => scope ?? []))];
  const document = resourceMetadata({
    resource,
    authorizationServers: [
      // A gate alone issues no tokens: it takes those of its provider.
      config.identityProvider?.issuer ?? config.issuer,
      ...issuers.flatMap((name) => config.issuers[name]?.issuer ?? []),
    ],
    ...(scopes.length > 0 && { scopes }),
    dpopAlgorithms: defaultProofAlgorithms,
  });
  return gateResponse(JSON.stringify(document), 200, [
    ['Content-Type', 'application/json'],
    ['Access-Control-Allow-Origin', '*'],
  ]);
}
