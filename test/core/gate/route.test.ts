import { describe, expect, it } from 'vitest';
import { matchRoute } from '../../../src/core/gate/route.ts';

const host = 'app.test';
const routes = [
  { host, path: '/api/*', name: 'api' },
  { host, path: '/admin', name: 'admin' },
  { host, path: '/me@home/*', name: 'home' },
  { host: 'other.test', path: '/*', name: 'other' },
  { host, path: '/*', name: 'rest' },
];
const name = (path: string, at = host) => matchRoute(routes, at, path)?.name;

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
