import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sighting } from '../core/risk/sighting.ts';
import { type Device, deviceOf } from './sighting.ts';

/** What everything that is done for one request may know of it; it goes along to the objects that are asked. */
export interface RequestContext {
  /** Names the request in errors, in the log and in the audit trail, so that they can be put together. */
  requestId: string;
  device: Device;
  sighting: Sighting;
}

/** Whom something is done for, where there is no request: an operator's own Worker asks for it. */
export interface AdministratorContext {
  by: 'administrator';
}

export const administrator: AdministratorContext = { by: 'administrator' };

/** What an object is told with a call. */
export type CallContext = RequestContext | AdministratorContext;

const ids = new WeakMap<Request, string>();

/** The edge's own name for a request, or a random one. */
export function requestIdOf(request: Request): string {
  const ray = request.headers.get('CF-Ray') ?? '';
  const id = /^[0-9a-f]{16}(-[A-Z]{3})?$/.test(ray) ? ray : (ids.get(request) ?? crypto.randomUUID());
  ids.set(request, id);
  return id;
}

/** Made when it is asked for: most requests at the gate wake no object. */
const storage = new AsyncLocalStorage<() => CallContext>();

/** Does everything of `use` for this request. @param sightingOf tells what is compared of it */
export function forRequest<T>(request: Request, sightingOf: (request: Request) => Sighting, use: () => T): T {
  let made: RequestContext | undefined;
  const context = (): RequestContext => {
    made ??= {
      requestId: requestIdOf(request),
      device: deviceOf(request),
      sighting: sightingOf(request),
    };
    return made;
  };
  return storage.run(context, use);
}

/** The same in an object, for a request that came to the Worker, or for an administrator. */
export const withContext = <T>(context: CallContext, use: () => T): T => storage.run(() => context, use);

/** What goes along with a call to an object. */
export const currentCall = (): CallContext | undefined => storage.getStore()?.();

/** The request that this is done for; undefined in an alarm, and in what an administrator's Worker asks for. */
export function currentContext(): RequestContext | undefined {
  const context = currentCall();
  return context && !('by' in context) ? context : undefined;
}

/**
 * On whose behalf something is done. `person` is whoever came with a request, with the account's own credentials or with
 * somebody else's; `system` is the object itself, by its alarm.
 */
export function currentActor(): 'person' | 'administrator' | 'system' {
  const context = currentCall();
  if (!context) return 'system';
  return 'by' in context ? context.by : 'person';
}
