import { seal, unseal } from '../../crypto/seal.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { Proven } from '../../middleware/session.ts';
import type { EmailStep } from '../email-step.ts';

/** How long a sign-in in an app may take, from one step to the next. */
const LIFETIME_SECONDS = 10 * 60;

/** A sign-in in an app, between two of its steps (OAuth 2.0 for First-Party Applications §5.3.1). */
export interface AuthSession {
  clientId: string;
  /** The key whose proofs came with the first step: the others must come with its proofs, too. */
  dpopJkt: string | undefined;
  /** The authorization request, as it came. */
  parameters: [name: string, value: string][];
  resource: readonly string[];
  /** What was proved so far. */
  proven: Proven | undefined;
  /** The code that was mailed last. */
  emailStep?: EmailStep | undefined;
}

type Needs = Pick<Dependencies, 'secrets'>;

/** Nothing is stored: the app holds it, sealed. */
export const sealAuthSession = ({ secrets }: Needs, session: AuthSession): Promise<string> =>
  seal(secrets, 'seal-auth-session', session, Date.now() + LIFETIME_SECONDS * 1000);

/** Undefined for one that is over, of another client, or of another key. */
export async function openAuthSession(
  { secrets }: Needs,
  text: string,
  clientId: string,
  dpopJkt: string | undefined,
): Promise<AuthSession | undefined> {
  const session = await unseal<AuthSession>(secrets, 'seal-auth-session', text, Date.now());
  return session?.clientId === clientId && session.dpopJkt === dpopJkt ? session : undefined;
}
