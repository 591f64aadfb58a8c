import type { Context } from 'hono';
import type { Asked } from '../../challenge/challenge.ts';
import { TURNSTILE_ORIGIN } from '../../challenge/turnstile.ts';
import type { Config } from '../../config/schema.ts';
import type { Dependencies } from '../../dependencies.ts';
import { isChallengedPage } from '../../middleware/challenged-page.ts';
import { giveClearance } from '../../middleware/clearance.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { contentSecurityPolicy } from '../../middleware/security-headers.ts';
import { ChallengePage } from '../../pages/challenge.tsx';
import { workScriptPath } from '../../pages/script/assets.ts';
import { readFlow } from '../../sign-in/flow.ts';
import { withFlow } from '../../sign-in/flow-address.ts';
import type { Fault } from '../../texts/fault.ts';

/** What the page may load: our own script, or that of the one provider that is asked, and nothing on any other page. */
const policyFor = (asked: Asked, { issuer }: Pick<Config, 'issuer'>): string =>
  asked.kind === 'turnstile'
    ? contentSecurityPolicy({ scripts: [TURNSTILE_ORIGIN], frames: [TURNSTILE_ORIGIN] })
    : contentSecurityPolicy({ scripts: [issuer + workScriptPath] });

async function show(
  c: Context,
  { config, challenge, addresses }: Dependencies,
  leadsTo: { page: string; flow: string | undefined },
  fault?: Fault,
): Promise<Response> {
  if (!challenge) return c.notFound();
  const asked = await challenge.ask((await addresses.nameOf(c.req.raw)) ?? '');
  c.header('Content-Security-Policy', policyFor(asked, config));
  return showPage(
    c,
    config,
    <ChallengePage asked={asked} hidden={leadsTo} fault={fault} />,
    fault ? 400 : 200,
  );
}

/** GET /signin/challenge: something to do instead of waiting. It changes nothing, so that anybody may look at it. */
export const showChallenge = (dependencies: Dependencies) => async (c: Context) => {
  const page = c.req.query('page');
  const flow = c.req.query('flow');
  await readFlow(c, dependencies, flow);
  return show(c, dependencies, { page: isChallengedPage(page) ? page : '/signin', flow });
};

/** POST /signin/challenge: the answer. It is good for one form. */
export const answerChallenge = (dependencies: Dependencies) => async (c: Context) => {
  const { addresses, challenge } = dependencies;
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  if (!challenge) return c.notFound();
  const asked = parameters.get('page');
  const page = isChallengedPage(asked) ? asked : '/signin';
  const flow = parameters.get('flow');
  await readFlow(c, dependencies, flow);
  const caller = (await addresses.nameOf(c.req.raw)) ?? '';
  const answered = await challenge.judge(caller, parameters.get('answer') ?? '');
  if (!answered) return show(c, dependencies, { page, flow }, { code: 'challenge_failed' });
  await giveClearance(c, dependencies, { ...answered, caller });
  return c.redirect(withFlow(page, flow), 303);
};
