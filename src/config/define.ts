import type { Environment } from '../environment.ts';
import type { ConfigInput } from './schema.ts';

export type { ConfigInput } from './schema.ts';
export type DefineConfig = (environment: Environment) => ConfigInput;

/**
 * Types the configuration of a Worker: `export default defineConfig((env) => ({ ... }))`.
 * The function runs once per isolate; `env` holds the Worker's bindings and secrets.
 */
export const defineConfig = (define: DefineConfig): DefineConfig => define;
