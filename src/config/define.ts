import type { ConfigInput } from './schema.ts';

export type { Environment } from '../environment.ts';
export type { ConfigInput } from './schema.ts';
/** Bindings of your own are known here once `Cloudflare.Env` has them: run `wrangler types`, or declare them there. */
export type DefineConfig = (environment: Cloudflare.Env) => ConfigInput;

/**
 * Types the configuration of a Worker: `export default defineConfig((env) => ({ ... }))`.
 * The function runs once per isolate; `env` holds the Worker's bindings and secrets.
 */
export const defineConfig = (define: DefineConfig): DefineConfig => define;
