/** The configuration cannot be used; `message` is one line per fault, each naming the place and what to do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}
