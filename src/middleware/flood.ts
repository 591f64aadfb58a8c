import type { Context, MiddlewareHandler } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import type { Environment } from '../environment.ts';
import { report } from '../report.ts';
import { callerPrefix } from '../request/caller.ts';
import type { Caller } from './caller.ts';
import { challengeAddress, isChallengedPage } from './challenged-page.ts';
import { isCleared } from './clearance.ts';
import { failure } from './failure.tsx';
import { MAXIMUM_BODY_BYTES, readForm } from './form.ts';

/**
 * What a request costs, and with it how many one address may make. `open`: answered from memory, for less than the limiter
 * would cost; `pages`: what browsers show and send; `sign-in`: what hashes a password, sends mail or wakes the object of
 * somebody who is not signed in; `token`: what programs call, a backend for all its people from one address.
 */
export type FloodClass = 'open' | 'pages' | 'sign-in' | 'token';

/** No route is without a class: what is not named below has that of its callers. */
const byCaller: Record<Caller, FloodClass> = {
  api: 'token',
  server: 'token',
  'first-party': 'token',
  page: 'pages',
  form: 'pages',
};

const byPath: Readonly<Record<string, FloodClass>> = {
  '/assets/*': 'open',
  '/.well-known/jwks.json': 'open',
  '/.well-known/openid-configuration': 'open',
  '/.well-known/oauth-authorization-server': 'open',
  '/session/login': 'sign-in',
  '/oauth/authorization-challenge': 'sign-in',
  '/oauth/register': 'sign-in',
  // Where those who are over that limit are sent.
  '/signin/challenge': 'pages',
};

/** Forms of people who are not signed in yet, and those that hash, mail or guess for people who are. */
const costlyForm = /^\/(signin|signup|reset|device|account\/(password|verify|email))(\/|$)/;

/** @param path as the router has it */
export const floodClassOf = (path: string, caller: Caller): FloodClass =>
  byPath[path] ?? (caller === 'form' && costlyForm.test(path) ? 'sign-in' : byCaller[caller]);

const bindings = {
  pages: 'FLOOD_PAGES',
  'sign-in': 'FLOOD_SIGN_IN',
  token: 'FLOOD_TOKEN',
} as const satisfies Record<Exclude<FloodClass, 'open'>, keyof Environment>;

/** The longest period that a limiter may have: it does not tell its own. */
const RETRY_AFTER_SECONDS = 60;

/** A limiter that does not answer lets everybody through: it guards availability, and nothing is opened by it. */
async function isWithin(limiter: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    report('flood.limiter_failed', error);
    return true;
  }
}

type Needs = Pick<Dependencies, 'config' | 'environment' | 'secrets' | 'addresses' | 'replays' | 'challenge'>;

/** Where somebody may go instead of waiting; undefined for what no page of ours has sent. */
async function insteadOf(c: Context): Promise<string | undefined> {
  const { path } = c.req;
  if (!isChallengedPage(path) || Number(c.req.header('Content-Length') ?? Infinity) > MAXIMUM_BODY_BYTES)
    return undefined;
  const form = await readForm(c);
  return form.kind === 'parsed' ? challengeAddress(path, form.parameters.get('flow')) : undefined;
}

/**
 * Refuses what is too much from one address, before anything is hashed or woken for it. Without a limiter for the class there
 * is no limit. The count is the location's, and permissive: what has to be exact is counted in objects.
 */
export function flood(dependencies: Needs, floodClass: FloodClass): MiddlewareHandler {
  const { config, environment, challenge } = dependencies;
  const limiter = floodClass === 'open' ? undefined : environment[bindings[floodClass]];
  if (!limiter) return (_, next) => next();
  return async (c, next) => {
    const caller = callerPrefix(c.req.raw);
    if (caller === undefined || (await isWithin(limiter, `${floodClass} ${caller}`))) return next();
    if (challenge && c.req.method === 'POST') {
      const instead = await insteadOf(c);
      if (instead !== undefined)
        return (await isCleared(c, dependencies)) ? next() : c.redirect(instead, 303);
    }
    c.header('Retry-After', String(RETRY_AFTER_SECONDS));
    return failure(c, config, 429, 'temporarily_unavailable', { error: 'flood' });
  };
}
