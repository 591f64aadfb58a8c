import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { type Alert, readAlert } from '../../mail/alert-link.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { EndEverythingPage, EverythingEndedPage } from '../../pages/end-everything.tsx';
import { offersReset } from '../../sign-in/email-methods.ts';

/** What a link may do, or the page that says why it does nothing. */
async function alertOf(
  c: Context,
  { config, secrets }: Dependencies,
  text: string,
): Promise<Alert | Response> {
  // The address of this page is a capability: of it no other page may learn more than the host. Not `no-referrer`, under which
  // a browser sends `Origin: null` with the form.
  c.header('Referrer-Policy', 'strict-origin');
  const read = await readAlert(secrets, text, Date.now());
  if (read.kind === 'alert') return read.alert;
  const error = read.kind === 'expired' ? 'alert_link_expired' : 'alert_link_broken';
  return errorPage(c, config, 400, { error, href: '/account' });
}

/**
 * GET /alerts/end: where the link in a warning leads. It says what will happen and does nothing, since mailboxes and scanners
 * follow links. It needs no session: whoever comes may be signed in as nobody here, or as somebody else.
 */
export const showEndEverything = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const text = c.req.query('alert') ?? '';
  const alert = await alertOf(c, dependencies, text);
  if (alert instanceof Response) return alert;
  const state = await users.alertState(alert.userId, alert.eventId);
  switch (state) {
    case 'gone':
      return errorPage(c, config, 400, { error: 'account_gone' });
    case 'answered':
      return showPage(c, config, <EverythingEndedPage again offersReset={offersReset(config)} />);
    case 'open':
      return showPage(c, config, <EndEverythingPage alert={text} offersReset={offersReset(config)} />);
  }
};

/** POST /alerts/end: every session and family of the person is over before the answer leaves. */
export const endEverything = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const alert = await alertOf(c, dependencies, parameters.get('alert') ?? '');
  if (alert instanceof Response) return alert;
  const answer = await users.answerAlert(alert.userId, alert.eventId);
  if (answer === 'gone') return errorPage(c, config, 400, { error: 'account_gone' });
  return showPage(
    c,
    config,
    <EverythingEndedPage again={answer === 'answered'} offersReset={offersReset(config)} />,
  );
};
