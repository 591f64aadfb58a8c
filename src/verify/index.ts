export type {
  AssertedRequest,
  AssertionClaims,
  AssertionOptions,
  AssertionUse,
  RequestAssertionOptions,
  VerifyAsserted,
} from './assertion.ts';
export { ASSERTION_HEADER, assertionVerifier, publicUrl } from './assertion.ts';
export type { Claims } from './claims.ts';
export type { DpopOptions, ProofRequest, ProofUse } from './dpop.ts';
export type { Admitted, Denied, Guard, GuardOptions, IncomingRequest, Requirement } from './guard.ts';
export { resourceGuard } from './guard.ts';
export type { Fetch, JwksPolicy } from './jwks.ts';
export type { Algorithm } from './jws.ts';
export type { Refusal, RefusalCode } from './refusal.ts';
export type { ResourceMetadata, ResourceOptions } from './resource-metadata.ts';
export { resourceMetadata, resourceMetadataUrl } from './resource-metadata.ts';
export type { Verified, VerifierOptions, Verify } from './verifier.ts';
export { verifier } from './verifier.ts';
