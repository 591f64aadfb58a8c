import type { Route } from '../config/schema.ts';
import type { Target } from '../core/gate/path.ts';
import { createRoutes } from '../core/gate/route.ts';

/** Finds the route that decides on a request. */
export interface Router {
  /** The first route that matches, or undefined: then nothing is forwarded. */
  match(target: Target, method: string): Route | undefined;
  /** Whether any route stands on a host. */
  guards(host: string): boolean;
  /** The routes that stand on a host and are not public, in their order. */
  guarding(host: string): readonly Route[];
}

export function createRouter(routes: readonly Route[]): Router {
  const all = createRoutes(routes);
  const guarded = createRoutes(routes.filter(({ allow }) => allow !== 'public'));
  return {
    match: ({ host, path }, method) => all.match(host, path, method),
    guards: (host) => all.of(host).length > 0,
    guarding: (host) => guarded.of(host),
  };
}
