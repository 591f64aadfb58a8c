import type { Environment } from '../../src/environment.ts';
import { portcullis } from '../../src/index.ts';

/** Routes of every kind, each with an origin of its own: where a request arrives tells which route it was taken for. */
export default portcullis((env: Environment & { ROUTED_HOST?: string; ROUTED_ORIGINS?: string }) => {
  const origins = JSON.parse(env.ROUTED_ORIGINS ?? '{}') as Record<string, string>;
  const host = env.ROUTED_HOST ?? 'routed.test';
  /** @param name of the route's origin and, since one host pattern may stand for many hosts, of its resource */
  const to = (name: string) => ({
    host,
    origin: origins[name] ?? 'https://origin.test',
    resource: `https://${name}.routed.test`,
  });
  const guarded = (name: string) => ({ ...to(name), allow: 'session', freshness: 'token' }) as const;
  const open = (name: string) => ({ ...to(name), allow: 'public' }) as const;
  return {
    issuer: env.PORTCULLIS_ISSUER,
    routes: [
      { ...guarded('items'), path: '/api/:version/items/:id', methods: ['POST', 'DELETE'] },
      { ...guarded('admin'), path: '/admin/*' },
      { ...guarded('private'), path: '/api/:version/private/*' },
      { ...guarded('files'), path: '/files/*.pdf' },
      // What is public inside of what is not, and the other way round.
      { ...open('static'), path: '/portal/static/*' },
      { ...open('styles'), path: '/portal/*.css' },
      { ...guarded('portal'), path: '/portal/*' },
      { ...open('docs'), path: '/docs/:page' },
      { ...guarded('drafts'), path: '/docs/*' },
      { ...open('public'), path: '/*' },
    ],
  };
});
export * from '../../src/index.ts';
