import type { Context } from 'hono';
import { clientNames } from '../../clients/names.ts';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { OwnDataPage } from '../../pages/own-data.tsx';
import { freshPolicy, freshSession, signInAgain } from '../../sign-in/fresh-session.ts';

/** GET /account/data */
export const showOwnData = (dependencies: Dependencies) => async (c: Context) => {
  const signedIn = await freshSession(c, dependencies, 'data');
  return signedIn instanceof Response ? signedIn : showPage(c, dependencies.config, <OwnDataPage />);
};

/** The ids of the clients that a download names. */
const clientIdsIn = (exported: Record<string, unknown>): string[] =>
  Object.values(exported)
    .flat()
    .flatMap((entry) => {
      const { client_id } = (entry ?? {}) as { client_id?: unknown };
      return typeof client_id === 'string' ? client_id : [];
    });

/** POST /account/data: one JSON file with everything that is held about the person (GDPR, articles 15 and 20). */
export const downloadOwnData = (dependencies: Dependencies) => async (c: Context) => {
  const { clients, config, users } = dependencies;
  const signedIn = await freshSession(c, dependencies, 'data');
  if (signedIn instanceof Response) return signedIn;
  const exported = await users.export(signedIn.token, freshPolicy(config));
  if (!exported) return signInAgain(c, 'data');
  const clientIds = [...new Set(clientIdsIn(exported))];
  const clientName = await clientNames(clients, clientIds);
  const exportedAt = new Date().toISOString();
  const file = {
    issuer: config.issuer,
    exported_at: exportedAt,
    ...exported,
    client_names: Object.fromEntries(clientIds.map((clientId) => [clientId, clientName(clientId)])),
  };
  return c.body(`${JSON.stringify(file, undefined, 2)}\n`, 200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Disposition': `attachment; filename="account-${exportedAt.slice(0, 10)}.json"`,
    'Cache-Control': 'no-store',
  });
};
