import { openSealed, seal } from '../crypto/seal.ts';
import type { Dependencies } from '../dependencies.ts';
import type { UpstreamTokens } from '../federation/upstream.ts';

type Secrets = Pick<Dependencies, 'secrets'>;

/** They are kept until newer ones come, or the identity goes. */
const FOREVER = Number.MAX_SAFE_INTEGER;
/** In characters: three tokens of the longest kind, sealed. */
const MAXIMUM_SEALED = 64 * 1024;

/** A provider's tokens as they are stored: no storage alone gives them away. */
export const sealTokens = ({ secrets }: Secrets, tokens: UpstreamTokens): Promise<string> =>
  seal(secrets, 'seal-provider-tokens', tokens, FOREVER);

export const openTokens = async ({ secrets }: Secrets, sealed: string): Promise<UpstreamTokens | undefined> =>
  (await openSealed<UpstreamTokens>(secrets, 'seal-provider-tokens', sealed, MAXIMUM_SEALED))?.value;
