import { describe, expect, it } from 'vitest';
import { createRoutes } from '../../../src/core/gate/route.ts';

const host = 'app.test';
const routes = [
  { host, path: '/api/*', name: 'api' },
  { host, path: '/admin', name: 'admin' },
  { host, path: '/me@home/*', name: 'home' },
  { host: 'other.test', path: '/*', name: 'other' },
  { host, path: '/*', name: 'rest' },
];
const compiled = createRoutes(routes);
const name = (path: string, at = host) => compiled.match(at, path, 'GET')?.name;

describe('matching a route', () => {
  it.each([
    ['/api/x', 'api'],
    ['/api/', 'api'],
    // An origin that overlooks a trailing slash serves the same here as at /api/.
    ['/api', 'api'],
    ['/admin', 'admin'],
    ['/apis', 'rest'],
    ['/', 'rest'],
    ['/x/api/y', 'rest'],
  ])('takes %s to the first route that matches: %s', (path, expected) => {
    expect(name(path)).toBe(expected);
  });

  it.each([
    ['case', '/API/x'],
    ['a trailing slash', '/admin/'],
    ['an encoded character', '/me%40home/x'],
    ['a letter that folds to another', '/%EF%BD%81pi/x'],
    ['case and a trailing slash', '/Admin/'],
  ])('has no route for a path that differs from an earlier route only by %s', (_, path) => {
    expect(name(path)).toBeUndefined();
  });

  it('keeps hosts apart', () => {
    expect(name('/api/x', 'other.test')).toBe('other');
    expect(name('/api/x', 'unknown.test')).toBeUndefined();
  });
});

describe('matching by method', () => {
  const { match } = createRoutes([
    { host, path: '/items/:id', methods: ['GET'], name: 'read' },
    { host, path: '/items/:id', methods: ['DELETE'], name: 'remove' },
    { host, path: '/items/*', name: 'items' },
  ]);
  it.each([
    ['GET', '/items/7', 'read'],
    ['HEAD', '/items/7', 'read'],
    ['DELETE', '/items/7', 'remove'],
    ['POST', '/items/7', 'items'],
    ['GET', '/items/7/x', 'items'],
    // Methods have a case (RFC 9110 §9.1).
    ['delete', '/items/7', 'items'],
  ])('takes %s %s to %s', (method, path, expected) => {
    expect(match(host, path, method)?.name).toBe(expected);
  });

  it('overlooks a difference only where the earlier route has the method', () => {
    expect(match(host, '/items/7/', 'DELETE')).toBeUndefined();
    expect(match(host, '/items/7/', 'POST')?.name).toBe('items');
  });
});

describe('matching a host', () => {
  const { match, of } = createRoutes([
    { host: 'www.apps.example', path: '/only/*', name: 'www' },
    { host: ':team.apps.example', path: '/*', name: 'team' },
    { host: '*.apps.example:8080', path: '/*', name: 'port' },
    { host: '*.apps.example', path: '/deep/*', name: 'any' },
    { host: '[::1]:8787', path: '/*', name: 'six' },
  ]);
  it.each([
    ['www.apps.example', '/only/x', 'www'],
    ['www.apps.example', '/x', 'team'],
    ['a.apps.example', '/deep/x', 'team'],
    ['a.b.apps.example', '/deep/x', 'any'],
    ['a.apps.example:8080', '/x', 'port'],
    ['[::1]:8787', '/x', 'six'],
  ])('takes %s%s to %s', (at, path, expected) => {
    expect(match(at, path, 'GET')?.name).toBe(expected);
    // Once more, from memory.
    expect(match(at, path, 'GET')?.name).toBe(expected);
  });

  it.each([
    'apps.example',
    'a.b.apps.example',
    'a.apps.example:9090',
    'evil.test',
    '[::1]',
    'a-apps.example',
  ])('has no route at %s', (at) => {
    expect(match(at, '/x', 'GET')).toBeUndefined();
  });

  it('knows the routes of a host in their order, however many hosts are asked for', () => {
    for (let count = 0; count < 3000; count += 1) of(`n${count}.apps.example`);
    expect(of('www.apps.example').map((route) => route.name)).toEqual(['www', 'team', 'any']);
    expect(of('b.apps.example').map((route) => route.name)).toEqual(['team', 'any']);
    expect(of('evil.test')).toEqual([]);
  });
});

describe('a path that an origin could read otherwise', () => {
  const { match } = createRoutes([
    { host, path: '/files/*.pdf', name: 'pdf' },
    { host, path: '/API/:version/private/*', name: 'private' },
    { host, path: '/caf%C3%A9/:id', name: 'café' },
    { host, path: '/portal/*.css', name: 'styles' },
    { host, path: '/portal/*', name: 'portal' },
    { host, path: '/v1/:id\\:delete', name: 'delete' },
    { host, path: '/*', name: 'rest' },
  ]);
  const found = (path: string) => match(host, path, 'GET')?.name;

  it.each([
    ['a pattern, in another case', '/files/a.PDF'],
    ['a pattern, with an encoded character', '/api/v%40/private/x'],
    ['a pattern, with a dot at the end', '/files/a.pdf.'],
    ['a pattern, with a space at the end', '/files/a.pdf%20'],
    ['a pattern, with a slash at the end', '/files/a.pdf/'],
    ['a pattern, with the stream of the content', '/files/a.pdf::$DATA'],
    ['a pattern, with a character that nobody sees', '/files/a.p%E2%80%8Bdf'],
    ['a pattern, in the case of other alphabets', '/CAF%C3%89/7'],
    ['a pattern, with an accent of its own', '/cafe%CC%81/7'],
    ['a pattern, with letters of another width', '/%EF%BD%81pi/v1/private/x'],
    ['a pattern that was written in capitals', '/api/v1/private'],
    ['a pattern, cut at a fullwidth semicolon', '/files/a.pdf%EF%BC%9Bx'],
    ['a pattern, cut at a fullwidth question mark', '/files/a.pdf%EF%BC%9Fx'],
    ['a public ending that is cut off', '/portal/home%EF%BC%9B.css'],
    ['a method of an item, in another case', '/v1/7:DELETE'],
    ['a method of an item, with a dot at the end', '/v1/7:delete.'],
  ])('has no route: %s', (_, path) => {
    expect(found(path)).toBeUndefined();
  });

  it.each([
    ['/files/a.pdfs', 'rest'],
    ['/files/a.pdf', 'pdf'],
    ['/API/v1/private', 'private'],
    ['/caf%C3%A9/7', 'café'],
    ['/portal/home.css', 'styles'],
    ['/portal/Home.Html', 'portal'],
    ['/v1/7', 'rest'],
    ['/v1/7:get', 'rest'],
    // A title in another alphabet, with what looks like a delimiter: it is read as what it is.
    ['/wiki/%E4%BD%95%EF%BC%9F', 'rest'],
  ])('has the route that it is of otherwise: %s', (path, expected) => {
    expect(found(path)).toBe(expected);
  });
});
