import type { Context } from 'hono';
import { rpIdOf } from '../../config/passkeys.ts';
import type { Dependencies } from '../../dependencies.ts';
import { presentationOf, showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import type { SignedIn } from '../../middleware/session.ts';
import type { PasskeySignal } from '../../pages/passkey.tsx';
import { PasskeysPage } from '../../pages/passkeys.tsx';
import { deviceOf } from '../../request/sighting.ts';
import { allowPasskeys } from '../../sign-in/flow.ts';
import { freshPolicy, freshSession, signInAgain } from '../../sign-in/fresh-session.ts';
import { newPasskey } from '../../sign-in/passkey.ts';
import { creationOptions } from '../../sign-in/passkey-challenge.ts';
import { additionFault, passkeyFault } from '../../sign-in/passkey-fault.ts';
import type { Fault } from '../../texts/fault.ts';
import { deviceName } from '../../user/device.ts';

/** The list, and what it takes to add one. */
export async function showPasskeysPage(
  c: Context,
  dependencies: Dependencies,
  { session }: SignedIn,
  fault?: Fault,
): Promise<Response> {
  const { config, users } = dependencies;
  const { userId, email, name } = session.profile;
  const passkeys = await users.passkeys.list(userId);
  const options = await creationOptions(c, dependencies, 'register', { userId, email, name }, passkeys);
  const rpId = rpIdOf(config);
  if (options === undefined || rpId === undefined) return c.notFound();
  allowPasskeys(c, config, undefined);
  // What was removed here is to go from the devices too, and what people are called there is to be what they are called here.
  const accepted = {
    rpId,
    userId,
    allAcceptedCredentialIds: passkeys.map(({ credentialId }) => credentialId),
  };
  const signals: PasskeySignal[] = [
    { method: 'signalAllAcceptedCredentials', details: JSON.stringify(accepted) },
    {
      method: 'signalCurrentUserDetails',
      details: JSON.stringify({ rpId, userId, name: email, displayName: name }),
    },
  ];
  return showPage(
    c,
    config,
    <PasskeysPage passkeys={passkeys} options={options} signals={signals} fault={fault} />,
    fault ? 400 : 200,
  );
}

/** GET /account/passkeys */
export const showPasskeys = (dependencies: Dependencies) => async (c: Context) => {
  const signedIn = await freshSession(c, dependencies, 'passkeys');
  return signedIn instanceof Response ? signedIn : showPasskeysPage(c, dependencies, signedIn);
};

/** POST /account/passkeys: adds one. */
export const addPasskey = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const signedIn = await freshSession(c, dependencies, 'passkeys');
  if (signedIn instanceof Response) return signedIn;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const outcome = await newPasskey(
    c,
    dependencies,
    parameters.get('credential') ?? '',
    { purpose: 'register', userId: signedIn.token.userId },
    deviceName(deviceOf(c.req.raw).userAgent, presentationOf(c, config).texts),
  );
  if (outcome.kind === 'refused')
    return showPasskeysPage(c, dependencies, signedIn, passkeyFault(outcome.refusal));
  const addition = await users.passkeys.add(signedIn.token, freshPolicy(config), outcome.passkey);
  if (addition === 'added') return c.redirect('/account/passkeys', 303);
  return addition === 'not_fresh'
    ? signInAgain(c, 'passkeys')
    : showPasskeysPage(c, dependencies, signedIn, additionFault(addition));
};
