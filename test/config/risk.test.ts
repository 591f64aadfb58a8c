import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { riskPolicyOf } from '../../src/config/risk.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import type { Environment } from '../../src/environment.ts';

const environment = { PORTCULLIS_ENVIRONMENT: 'production' } as Environment;
const app = { clientId: 'app', clientName: 'App', redirectUris: ['https://app.example/cb'] };
const load = (risk: unknown) =>
  loadConfig(
    () => ({ issuer: 'https://auth.company.example', clients: [app], risk }) as ConfigInput,
    environment,
  );

it('has defaults', () => {
  expect(riskPolicyOf(load(undefined))).toEqual({
    enabled: true,
    dryRun: false,
    maximumSpeed: 1000,
    rememberedFor: 90 * 86_400_000,
    answers: {},
  });
});

it('reads signals that come together in any order', () => {
  const { answers } = riskPolicyOf(
    load({ answers: { 'browser_changed + new_country': { refresh: 'end_everything', gate: 'ignore' } } }),
  );
  expect(answers).toEqual({ 'new_country+browser_changed': { refresh: 'end_everything', gate: 'ignore' } });
});

describe('a fault names its place', () => {
  const note = { sign_in: 'note' };
  it.each<[unknown, RegExp]>([
    [
      { answers: { new_planet: {} } },
      /^risk\.answers\["new_planet"\]: "new_planet" is no signal; these are: new_device, .+ \+ between/,
    ],
    [{ answers: { 'new_device+': {} } }, /^risk\.answers\["new_device\+"\]: "" is no signal/],
    [
      { answers: { 'new_country+new_device': note, 'new_device+new_country': note } },
      /^risk\.answers\["new_device\+new_country"\]: the same signals stand there twice$/,
    ],
    [{ answers: { new_device: {} } }, /^risk\.answers\["new_device"\]: says nothing;/],
    [
      { answers: { unusual_hour: { refresh: 'note' } } },
      /^risk\.answers\["unusual_hour"\]\.refresh: unusual_hour is never noticed there$/,
    ],
    [
      { answers: { token_reuse: { refresh: 'notify' } } },
      /^risk\.answers\["token_reuse"\]\.refresh: must be end_family or end_everything/,
    ],
    [
      { answers: { 'new_country + token_reuse': { refresh: 'ignore' } } },
      /^risk\.answers\["new_country \+ token_reuse"\]\.refresh: must be end_family or end_everything/,
    ],
    [
      { answers: { new_device: { sign_in: 'end_family' } } },
      /^risk\.answers\.new_device\.sign_in: must be one of/,
    ],
    [
      { answers: { new_network: { refresh: 'lock' } } },
      /^risk\.answers\.new_network\.refresh: must be one of/,
    ],
    [{ trustedNetworks: ['192.0.2.1/24'] }, /^risk\.trustedNetworks\[0\]: must be a range of addresses/],
    [{ maximumSpeed: 1 }, /^risk\.maximumSpeed: must be at least 100$/],
    [{ speed: 1 }, /^risk\.speed: is no option; every one is described in src\/config\/risk\.ts$/],
  ])('%j', (risk, message) => {
    expect(() => load(risk)).toThrow(message);
  });
});
