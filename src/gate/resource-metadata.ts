import type { Route } from '../config/schema.ts';
import { resourceMetadataPath } from '../core/gate/response.ts';
import { gateResponse } from './refusal.ts';

/** Where a client learns how to get a token for a route (RFC 9728 §3.1): a path on the route's own host. */
export function metadataPath(route: Route, publicOrigin: string): string {
  const resource = new URL(route.resource);
  return resourceMetadataPath(
    resource.origin === publicOrigin ? resource.pathname : route.path.replace(/\/\*$/, ''),
  );
}

/** The document itself (RFC 9728 §2), for any page to read. */
export function resourceMetadata({ resource, allow }: Route, issuer: string): Response {
  const document = {
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    ...(typeof allow === 'object' && { scopes_supported: allow.scope }),
  };
  return gateResponse(JSON.stringify(document), 200, [
    ['Content-Type', 'application/json'],
    ['Access-Control-Allow-Origin', '*'],
  ]);
}
