import type { Handler } from 'hono';
import { createRoutes } from '../core/gate/route.ts';
import type { Dependencies } from '../dependencies.ts';
import { showPage } from '../middleware/page.tsx';
import { StartPage } from '../pages/start.tsx';

/** GET /: in development what is running and what to try; in production the gate's page, or the account. */
export const start = ({ config, environment }: Dependencies): Handler => {
  const { host } = new URL(config.issuer);
  const guarded = createRoutes(config.routes).match(host, '/', 'GET') !== undefined;
  return (c) => {
    if (config.environment === 'development') {
      const demo = environment.DEMO_ORIGIN && { demoUrl: '/demo/' };
      return showPage(c, config, <StartPage issuer={config.issuer} {...demo} />);
    }
    return guarded ? c.notFound() : c.redirect('/account', 303);
  };
};
