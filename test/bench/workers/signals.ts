import config from '../../../portcullis.config.ts';
import { defineConfig } from '../../../src/config/define.ts';
import { portcullis } from '../../../src/index.ts';

// Portcullis with and without what notices a stolen credential.
export default portcullis(
  defineConfig((environment) => {
    const { SIGNALS } = environment as Cloudflare.Env & { SIGNALS: string };
    return { ...config(environment), risk: { enabled: SIGNALS === 'on' } };
  }),
);

export * from '../../../src/index.ts';
