import { readFileSync } from 'node:fs';

export interface Endpoint {
  methods: string[];
  path: string;
  /** As src/routes.ts has it. */
  caller: 'api' | 'server' | 'first-party' | 'page' | 'form';
}

const source = readFileSync(new URL('../../src/routes.ts', import.meta.url), 'utf8');
/** Without those that the configuration has to ask for. */
const [, table = ''] = source.split('const table = ');

/** Every endpoint, from the one list that there is: a new one is tested from its first day. */
export const endpoints: Endpoint[] = [
  ...table.matchAll(/^ {2}\['([A-Z ]+)', '(\/[^']*)', '(api|server|first-party|page|form)',/gm),
].map(([, methods = '', path = '', caller]) => ({
  methods: methods.split(' '),
  path: path.replace('*', 'unknown.css').replace(/:\w+/, 'AAAAAAAAAAA'),
  caller: caller as Endpoint['caller'],
}));

/** Every path once, with all of its methods. */
export const paths: Endpoint[] = [
  ...new Map(endpoints.map((endpoint) => [endpoint.path, endpoint])).values(),
].map((endpoint) => ({
  ...endpoint,
  methods: endpoints.filter(({ path }) => path === endpoint.path).flatMap(({ methods }) => methods),
}));
