import type { Context } from 'hono';
import { clientNames } from '../../clients/names.ts';
import { canMail } from '../../config/mail.ts';
import { rpIdOf } from '../../config/passkeys.ts';
import type { Dependencies } from '../../dependencies.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';
import { presentationOf, showPage } from '../../middleware/page.tsx';
import { clearSession, currentSession, sessionToken } from '../../middleware/session.ts';
import { AccountPage } from '../../pages/account.tsx';
import { inWords } from '../../pages/agreement.tsx';
import { deviceName } from '../../user/device.ts';
import { signOutFrames } from '../signed-out.tsx';
import { endsShown } from './ends.ts';

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** GET /account */
export const account = (dependencies: Dependencies) => async (c: Context) => {
  const { clients, config, users } = dependencies;
  const token = await sessionToken(c, dependencies);
  const answer = token && (await users.account(token));
  if (!answer?.account) return c.redirect('/signin', 303);
  const { profile, methods, sessions, offlineClientIds, consents, ends } = answer.account;
  const clientName = await clientNames(clients, [
    ...sessions.flatMap((session) => session.clientIds),
    ...offlineClientIds,
    ...consents.map(({ clientId }) => clientId),
    ...ends.flatMap((end) => end.clientId ?? []),
  ]);
  const { texts } = presentationOf(c, config);
  return showPage(
    c,
    config,
    <AccountPage
      offered={{
        password: config.passwords.enabled,
        passkeys: rpIdOf(config) !== undefined,
        secondFactor: config.secondFactor.policy !== 'off',
        providers: Object.keys(config.providers).length > 0,
        mail: canMail(config),
      }}
      profile={profile}
      canVerify={canMail(config)}
      methods={methods}
      sessions={sessions.map((session) => ({
        sessionId: session.sessionId,
        deviceName: deviceName(session.userAgent, texts),
        place: session.place,
        createdAt: seconds(session.createdAt),
        lastUsedAt: seconds(session.lastUsedAt),
        current: session.sessionId === token?.recordId,
        apps: session.clientIds.map(clientName),
      }))}
      offlineApps={offlineClientIds.map(clientName)}
      consents={consents.map((consent) => ({
        clientId: consent.clientId,
        clientName: clientName(consent.clientId),
        may: inWords(consent, config.resources),
        grantedAt: seconds(consent.grantedAt),
      }))}
      ended={endsShown(ends, clientName, texts)}
    />,
  );
};

/** POST /account/sign-out: ends one session, this one or another. */
export const signOutOne = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return c.redirect('/signin', 303);
  const parsed = await readForm(c);
  const sessionId = parsed.kind === 'parsed' ? parsed.parameters.get('session_id') : undefined;
  if (!sessionId) {
    return errorPage(c, config, 400, { error: 'session_missing' });
  }
  const clientIds = await users.endSession(signedIn.token.userId, sessionId, 'sign_out');
  if (sessionId !== signedIn.session.sessionId) return c.redirect('/account', 303);
  clearSession(c, dependencies);
  const framed = await signOutFrames(c, dependencies, { sessionId, clientIds });
  return framed ?? c.redirect('/signin', 303);
};

/** POST /account/sign-out-others: ends every session but this one. */
export const signOutOthers = (dependencies: Dependencies) => async (c: Context) => {
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return c.redirect('/signin', 303);
  await dependencies.users.endOtherSessions(
    signedIn.token.userId,
    signedIn.session.sessionId,
    'sign_out_everywhere',
  );
  return c.redirect('/account', 303);
};

/** POST /account/sign-out-everywhere: ends every session and the access of every app. */
export const signOutEverywhere = (dependencies: Dependencies) => async (c: Context) => {
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return c.redirect('/signin', 303);
  const { users } = dependencies;
  const { sessionId } = signedIn.session;
  const clientIds = await users.endEverything(signedIn.token.userId, 'sign_out_everywhere', sessionId);
  clearSession(c, dependencies);
  const framed = await signOutFrames(c, dependencies, { sessionId, clientIds });
  return framed ?? c.redirect('/signin', 303);
};
