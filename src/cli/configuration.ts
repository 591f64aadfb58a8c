import { type BuildFailure, build } from 'esbuild';
import { Failure } from './failure.ts';
import { describeBuildFailure, root, type WranglerEnvironment } from './wrangler.ts';

const file = 'portcullis.config.ts';

/** What the bundle below exports. */
interface Checks {
  define: unknown;
  loadConfig(define: unknown, environment: Record<string, unknown>): unknown;
  mailFault(config: unknown, environment: Record<string, unknown>): string | undefined;
  challengeFault(config: unknown, environment: Record<string, unknown>): string | undefined;
  rootSecrets(environment: Record<string, unknown>): Promise<unknown>;
}

// Bundled as wrangler would, so that what passes here also loads in the Worker.
async function load(): Promise<Checks> {
  const bundle = await build({
    stdin: {
      contents: `
        export { default as define } from './${file}';
        export { loadConfig } from './src/config/load.ts';
        export { challengeFault } from './src/config/challenge.ts';
        export { mailFault } from './src/config/mail.ts';
        export { rootSecrets } from './src/crypto/root-secret.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    absWorkingDir: root,
    logLevel: 'silent',
  }).catch((failure: BuildFailure) => {
    throw new Failure(describeBuildFailure(failure));
  });
  const source = Buffer.from(bundle.outputFiles[0]?.contents ?? []).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}

/** Stand-ins for the bindings: the configuration only passes them on, or asks whether they are there. */
function bindings(environment: WranglerEnvironment): Record<string, unknown> {
  const named = [
    ...(environment.durable_objects?.bindings ?? []).map(({ name }) => name),
    ...(environment.kv_namespaces ?? []).map(({ binding }) => binding),
    ...(environment.d1_databases ?? []).map(({ binding }) => binding),
    ...(environment.send_email ?? []).map(({ name }) => name),
  ];
  return Object.fromEntries([
    ...named.map((name) => [name, {}] as const),
    ...[environment.services, environment.mtls_certificates, environment.vpc_services]
      .flatMap((some) => some ?? [])
      .map(({ binding }) => [binding, { fetch() {} }] as const),
    ...(environment.dispatch_namespaces ?? []).map(
      ({ binding }) => [binding, { get: () => ({ fetch() {} }) }] as const,
    ),
  ]);
}

// A ConfigError lists its faults; anything else was thrown by what the operator wrote.
const lines = (error: unknown): string[] => {
  if (!(error instanceof Error)) return [String(error)];
  if (error.name === 'ConfigError') return error.message.split('\n');
  return [`${error.name}: ${error.message.split('\n')[0]}`];
};
const placed = (error: unknown): string[] => lines(error).map((line) => `${file}: ${line}`);

/** Of a value in the configuration that only the deployed Worker knows. */
const placeOfSecret = /: routes\[(\d+)\]\.originSecret\.value: /;

/** A provider's secret that only the deployed Worker knows. */
const providerSecret = /: providers\.[\w-]+: the secret (\w+) is not set/;
/** The mail provider's and Turnstile's, likewise. */
const otherSecret = /: (PORTCULLIS_MAIL_TOKEN|PORTCULLIS_TURNSTILE_SECRET): is not set/;
/** Of a webhook, or of a receiver of Security Event Tokens. */
const receiverSecret = /: (?:webhooks|securityEventReceivers)\[\d+\]: the secret (\w+) is not set/;
/** Like each of them, Apple's included. */
const PROVIDER_STAND_IN = '-----BEGIN PRIVATE KEY-----';

/** Long and plain enough for everything that a secret may have to be. */
const STAND_IN = 'a-secret-that-only-the-Worker-knows';
/** The key of a webhook is base64 behind a prefix; a bearer token may be anything. */
const receiverStandIn = (name: string): string =>
  name.startsWith('PORTCULLIS_WEBHOOK_') ? `whsec_${btoa(STAND_IN)}` : STAND_IN;

interface SomeRoutes {
  routes?: { originSecret?: { value?: unknown } }[];
}

/** The variable that a route's originSecret is made of, where it is one that is not known here. */
function secretBehind(
  define: (environment: object) => SomeRoutes,
  environment: Record<string, unknown>,
  route: number,
): string | undefined {
  const unknown = new Set<string>();
  const asking = new Proxy(environment, {
    get(target, name) {
      if (typeof name === 'string' && !Object.hasOwn(target, name)) unknown.add(name);
      return Reflect.get(target, name);
    },
  });
  define(asking);
  return [...unknown].find((name) => {
    try {
      const { routes } = define({ ...environment, [name]: STAND_IN });
      return String(routes?.[route]?.originSecret?.value).includes(STAND_IN);
    } catch {
      return false;
    }
  });
}

/** What is wrong with a configuration, one line each. */
export interface Findings {
  faults: string[];
  /**
   * Secrets of providers, of mail, of Turnstile and of receivers of events, and what some originSecret is made of, that are
   * not known here, with the fault that it would be: the Worker itself checks it.
   */
  unknownSecrets: { name: string; fault: string }[];
}

/**
 * Evaluates portcullis.config.ts as the Worker will.
 * @param environment the bindings of wrangler.jsonc
 * @param variables every variable and secret that is known; the root secret is checked when it is among them
 * @param knowsSecrets whether a secret that is not among them is nowhere
 */
export async function checkConfiguration(
  environment: WranglerEnvironment,
  variables: Record<string, string>,
  knowsSecrets: boolean,
): Promise<Findings> {
  const unknownSecrets: Findings['unknownSecrets'] = [];
  let checks: Checks;
  try {
    checks = await load();
  } catch (error) {
    return { faults: error instanceof Failure ? [error.message] : placed(error), unknownSecrets };
  }
  const { define } = checks;
  if (typeof define !== 'function') {
    return {
      faults: [`${file}: its default export must be defineConfig((env) => ({ ... }))`],
      unknownSecrets,
    };
  }
  const env: Record<string, unknown> = { ...bindings(environment), ...variables };
  const faultsNow = (): string[] => {
    try {
      const config = checks.loadConfig(define, env);
      const found = [checks.mailFault(config, env), checks.challengeFault(config, env)];
      return found.flatMap((fault) => (fault === undefined ? [] : [`${file}: ${fault}`]));
    } catch (error) {
      return placed(error);
    }
  };
  let faults = faultsNow();
  /** The first fault that is nothing but a secret which is not known here. */
  const nextSecret = () => {
    for (const fault of faults) {
      const provider = providerSecret.exec(fault)?.[1];
      if (provider) return { name: provider, fault, standIn: PROVIDER_STAND_IN };
      const other = otherSecret.exec(fault)?.[1];
      if (other) return { name: other, fault, standIn: STAND_IN };
      const receiver = receiverSecret.exec(fault)?.[1];
      if (receiver) return { name: receiver, fault, standIn: receiverStandIn(receiver) };
      const route = placeOfSecret.exec(fault)?.[1];
      const name = route && secretBehind(define as (environment: object) => SomeRoutes, env, Number(route));
      if (name) return { name, fault, standIn: STAND_IN };
    }
  };
  while (!knowsSecrets) {
    const secret = nextSecret();
    if (!secret) break;
    const { name, fault, standIn } = secret;
    unknownSecrets.push({ name, fault });
    env[name] = standIn;
    faults = faultsNow();
  }
  if (variables.PORTCULLIS_SECRET !== undefined) {
    await checks.rootSecrets(env).catch((error) => faults.push(...lines(error)));
  }
  return { faults, unknownSecrets };
}
