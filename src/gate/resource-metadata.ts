import type { Config, Route } from '../config/schema.ts';
import { metadataUrlOf, resourceMetadata } from '../verify/resource-metadata.ts';
import { gateResponse } from './refusal.ts';

/** Where a client learns how to get a token for a route (RFC 9728 §3.1): a URL on the route's own host. */
export function routeMetadataUrl({ resource, path }: Route, publicOrigin: string): URL {
  const url = new URL(resource);
  return new URL(
    metadataUrlOf(url.origin === publicOrigin ? url : new URL(publicOrigin + path.replace(/\/\*$/, ''))),
  );
}

/** The document itself, for any page to read. */
export function routeMetadata({ resource, allow, issuers }: Route, config: Config): Response {
  const document = resourceMetadata({
    resource,
    authorizationServers: [config.issuer, ...issuers.flatMap((name) => config.issuers[name]?.issuer ?? [])],
    ...(typeof allow === 'object' && { scopes: allow.scope }),
  });
  return gateResponse(JSON.stringify(document), 200, [
    ['Content-Type', 'application/json'],
    ['Access-Control-Allow-Origin', '*'],
  ]);
}
