import { isTrustworthy } from './trustworthy.ts';

/** What a protected resource says about itself (RFC 9728 §2). */
export interface ResourceMetadata {
  resource: string;
  authorization_servers: string[];
  bearer_methods_supported: ['header'];
  scopes_supported?: string[];
  resource_name?: string;
  resource_documentation?: string;
  dpop_signing_alg_values_supported?: string[];
  dpop_bound_access_tokens_required?: true;
}

export interface ResourceOptions {
  /** The resource identifier, which is the `aud` of its tokens: https without a fragment, or http on loopback. */
  resource: string;
  /** Issuers whose tokens are good here. */
  authorizationServers: readonly string[];
  scopes?: readonly string[];
  /** For people. */
  name?: string;
  documentation?: string;
  /** The algorithms of proofs, where DPoP is understood. */
  dpopAlgorithms?: readonly string[];
  dpopRequired?: boolean;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** RFC 9728 §3.1: the well-known path goes between the host of a resource and its path. */
export const metadataUrlOf = ({ origin, pathname, search }: URL): string =>
  origin + WELL_KNOWN + (pathname === '/' ? '' : pathname) + search;

/**
 * Where the metadata of a resource is.
 * @throws TypeError when the resource is no identifier as RFC 9728 §1.2 wants it.
 */
export function resourceMetadataUrl(resource: string): string {
  const url = new URL(resource);
  if (!isTrustworthy(url) || resource.includes('#')) {
    throw new TypeError(`resource: ${resource} must be https and have no fragment`);
  }
  return metadataUrlOf(url);
}

/** The document. Serve it as JSON at `resourceMetadataUrl(resource)`, to anybody. */
export function resourceMetadata(options: ResourceOptions): ResourceMetadata {
  const { resource, authorizationServers, scopes, name, documentation, dpopAlgorithms, dpopRequired } =
    options;
  return {
    resource,
    authorization_servers: [...authorizationServers],
    bearer_methods_supported: ['header'],
    ...(scopes && { scopes_supported: [...scopes] }),
    ...(name && { resource_name: name }),
    ...(documentation && { resource_documentation: documentation }),
    ...(dpopAlgorithms && { dpop_signing_alg_values_supported: [...dpopAlgorithms] }),
    ...(dpopRequired && { dpop_bound_access_tokens_required: true as const }),
  };
}
