import { expect, it } from 'vitest';
import { isClaimed } from '../../../src/core/gate/headers.ts';
import { createRoutes } from '../../../src/core/gate/route.ts';

it.each([
  'X-Scope-OrgID',
  'X-Userinfo',
  'X-ID-Token',
  'X-Access-Token',
  'X-Endpoint-API-UserInfo',
  'X-Apigateway-Api-Userinfo',
  'Impersonate-User',
  'X-Appengine-User-Email',
  'X-User-Role',
  'X_Role',
  'X-Group',
  'X-JWT-Assertion',
  'X-Middleware-Subrequest',
  'X-ARR-ClientCert',
  'X-Tenant-Id',
  'X-Auth',
  'X-Forwarded',
  'X-Originating-IP',
])('takes %s from every client: an origin may believe it', (name) => {
  expect(isClaimed(name)).toBe(true);
});

it.each([
  '/app/private./x',
  '/app/private%20/x',
  '/app/private::$DATA/x',
  '/app/PRIVATE/x',
  '/app/pr%C4%B1vate/x',
])('gives %s no route: a forgiving origin would serve what the narrower route protects', (path) => {
  const routes = [
    { host: 'a.example', path: '/app/private/*' },
    { host: 'a.example', path: '/app/*' },
  ];
  const { match } = createRoutes(routes);
  expect(match('a.example', path, 'GET')).toBeUndefined();
  expect(match('a.example', '/app/other/x', 'GET')).toBe(routes[1]);
});
