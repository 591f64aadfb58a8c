import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { StartPage } from '../pages/start.tsx';

/** GET / in development: what is running and what to try. In production the account page. */
export const start =
  ({ config, environment }: Dependencies) =>
  (c: Context) => {
    if (config.environment !== 'development') return c.redirect('/account', 303);
    return c.html(
      <StartPage
        name={config.name}
        issuer={config.issuer}
        {...(environment.DEMO_ORIGIN && { demoUrl: '/demo/' })}
      />,
    );
  };
