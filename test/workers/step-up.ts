import demo from '../../portcullis.config.ts';
import { defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';

interface StepUpEnvironment extends Cloudflare.Env {
  /** Seconds since the sign-in that the demo's API lets pass. */
  MAXIMUM_AGE: string;
}

/** The demo, whose API wants a recent sign-in. */
export default portcullis(
  defineConfig((environment) => {
    const { MAXIMUM_AGE } = environment as StepUpEnvironment;
    const allow = { maxAgeSeconds: Number(MAXIMUM_AGE) };
    const { routes = [], ...rest } = demo(environment);
    return {
      ...rest,
      routes: routes.map((route) => (route.path === '/demo/api/*' ? { ...route, allow } : route)),
    };
  }),
);

export * from '../../src/index.ts';
