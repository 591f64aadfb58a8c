import type { Environment } from '../environment.ts';
import type { DefineConfig } from './define.ts';
import { loadConfig } from './load.ts';
import type { Config } from './schema.ts';

// A Worker has one configuration. Its Durable Objects are made by the platform, which hands them nothing but the
// environment, so the definition waits here for them.
let definition: DefineConfig | undefined;
let loaded: Config | undefined;

/** Called once, when the Worker's module is evaluated. */
export function configure(define: DefineConfig): void {
  definition = define;
  loaded = undefined;
}

/**
 * The Worker's configuration, checked on first use.
 * @throws ConfigError naming every fault.
 */
export function configOf(environment: Environment): Config {
  if (!definition) throw new Error('portcullis() was not called in the Worker that exports this object');
  loaded ??= loadConfig(definition, environment);
  return loaded;
}
