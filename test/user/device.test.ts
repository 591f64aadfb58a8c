import { expect, it } from 'vitest';
import { en } from '../../src/texts/en/index.ts';
import { deviceKindName, deviceName } from '../../src/user/device.ts';

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0', 'Firefox on Linux'],
  ['Notes/2.1 (iPhone; CPU iPhone OS 18_1 like Mac OS X)', 'Notes on iOS'],
  ['Your account is locked: go to https://evil.example/unlock now/1 (Windows NT 10.0)', 'Windows'],
  ['evil.example/1 (Windows NT 10.0)', 'Windows'],
  ['Call 0800 555 0100/1 (Windows NT 10.0)', 'Windows'],
  ['curl/8.17.0', 'Unknown device'],
])('what a browser says of itself is no message: %s', (userAgent, name) => {
  expect(deviceName(userAgent, en)).toBe(name);
});

it('nor is what was kept of it', () => {
  const kept = { browser: 'https://evil.example', system: 'Windows' };
  expect(deviceKindName(kept, en)).toBe('Windows');
});
