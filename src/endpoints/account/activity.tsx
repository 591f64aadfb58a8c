import type { Context } from 'hono';
import { clientNames } from '../../clients/names.ts';
import { providerLabel } from '../../config/provider.ts';
import type { Dependencies } from '../../dependencies.ts';
import { presentationOf, showPage } from '../../middleware/page.tsx';
import { sessionToken } from '../../middleware/session.ts';
import { ActivityPage } from '../../pages/activity.tsx';
import { deviceName } from '../../user/device.ts';
import { endsShown } from './ends.ts';

/** GET /account/activity */
export const activity = (dependencies: Dependencies) => async (c: Context) => {
  const { clients, config, users } = dependencies;
  const token = await sessionToken(c, dependencies);
  const answer = token && (await users.account(token));
  if (!answer?.account) return c.redirect('/signin', 303);
  const { events, ends } = answer.account;
  const clientName = await clientNames(
    clients,
    [...events, ...ends].flatMap(({ clientId }) => clientId ?? []),
  );
  const { texts } = presentationOf(c, config);
  return showPage(
    c,
    config,
    <ActivityPage
      events={events.map(({ userAgent, clientId, provider, ...event }) => ({
        ...event,
        deviceName: userAgent ? deviceName(userAgent, texts) : undefined,
        clientName: clientId === undefined ? undefined : clientName(clientId),
        providerLabel: provider === undefined ? undefined : providerLabel(config.providers, provider),
      }))}
      ended={endsShown(ends, clientName, texts)}
    />,
  );
};
