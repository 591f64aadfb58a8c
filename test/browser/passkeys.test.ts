import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { newPerson, type Person, type Stage, setStage, signIn, signUp, type Visit } from './stage.ts';

// Real Chromium with its virtual authenticator, which has a person who touches it and whom it knows.

let stage: Stage;
/** Where there is no other way in than passkeys. */
let only: Stage;
beforeAll(async () => {
  stage = await setStage();
  only = await setStage(() => startIssuer({ worker: join(root, 'test/workers/passkeys-only.ts') }));
});
afterAll(async () => {
  await stage?.close();
  await only?.close();
});

interface Device {
  cdp: CDPSession;
  authenticatorId: string;
  /** The keys that it holds. */
  credentials(): Promise<{ credentialId: string; signCount: number }[]>;
  /** Whether its person proves to be its owner, from now on. */
  setUserVerified(verified: boolean): Promise<void>;
}

/** @param synced whether its keys are those of a password manager, or stay where they are made */
async function connect(page: Page, synced = true): Promise<Device> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: synced ? 'internal' : 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: synced,
      defaultBackupState: synced,
    },
  });
  return {
    cdp,
    authenticatorId,
    async credentials() {
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
      return credentials;
    },
    setUserVerified: async (isUserVerified) => {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
  };
}

/** A browser that offers no passkeys where fields are filled in: what is pressed is what counts. */
const withoutAutofill = async ({ context }: Visit): Promise<void> => {
  await context.addInitScript('delete PublicKeyCredential.isConditionalMediationAvailable');
};

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const press = (page: Page, name: string) => page.getByRole('button', { name }).click();

async function signUpWithPasskey(page: Page, person: Person): Promise<void> {
  await page.goto('/signup');
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Email').fill(person.email);
  await press(page, 'Continue with a passkey');
  await heading(page, 'Create your passkey').waitFor();
  await press(page, 'Create passkey');
  await heading(page, 'Your account').waitFor();
}

/** As in a browser that never saw this person. */
async function forget(page: Page): Promise<void> {
  await page.context().clearCookies();
  await page.goto('/signin');
}

test('a person signs up without a password, and comes back by what the browser fills in', async () => {
  const visit = await stage.visit();
  const { page, faults } = visit;
  const device = await connect(page);
  const person = newPerson();
  await signUpWithPasskey(page, person);
  expect(await device.credentials()).toHaveLength(1);

  // The authenticator's person takes what is offered without a click: the page has asked by itself.
  await forget(page);
  await heading(page, 'Your account').waitFor();
  expect(await page.getByText(person.name).count()).toBeGreaterThan(0);
  expect(faults).toEqual([]);
  await visit.context.close();
});

test('a person signs in by the button, and cannot without proving who holds the device', async () => {
  const visit = await stage.visit();
  await withoutAutofill(visit);
  const { page, faults } = visit;
  const device = await connect(page);
  await signUpWithPasskey(page, newPerson());
  await forget(page);
  await device.setUserVerified(false);
  await press(page, 'Use a passkey');
  await page.getByText('No passkey was used').waitFor();
  await device.setUserVerified(true);
  await press(page, 'Use a passkey');
  await heading(page, 'Your account').waitFor();
  expect(faults).toEqual([]);
  await visit.context.close();
});

test('several passkeys are told apart, named and removed, and never the last way in', async () => {
  const visit = await only.visit();
  await withoutAutofill(visit);
  const { page, faults } = visit;
  const first = await connect(page);
  await signUpWithPasskey(page, newPerson());
  await page.goto('/account/passkeys');
  const rows = page.getByRole('listitem');
  expect(await rows.count()).toBe(1);
  await rows.first().getByText('Synced').waitFor();

  // The only one, and no password: nobody locks themselves out by a click.
  await rows.first().getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('alert').filter({ hasText: 'only way to sign in' }).waitFor();
  expect(await rows.count()).toBe(1);

  // The same device again: it says so itself.
  await press(page, 'Create a passkey');
  await page.getByText('on this device already').waitFor();

  await first.cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: first.authenticatorId });
  const second = await connect(page, false);
  await press(page, 'Create a passkey');
  await page.getByText('Only on the device that made it').waitFor();
  expect(await rows.count()).toBe(2);

  const added = rows.filter({ hasText: 'Only on the device' });
  await added.getByLabel('Name').fill('Blue key');
  await added.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('heading', { name: 'Blue key' }).waitFor();

  await rows.filter({ hasText: 'Synced' }).getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Synced').waitFor({ state: 'detached' });
  expect(await rows.count()).toBe(1);
  expect(await second.credentials()).toHaveLength(1);

  await forget(page);
  await press(page, 'Use a passkey');
  await heading(page, 'Your account').waitFor();
  await page.goto('/account/passkeys');
  await page.getByText('Last used').waitFor();
  expect(faults).toEqual(faults.filter((fault) => fault.includes('status of 400')));
  await visit.context.close();
});

test('a passkey that was removed signs nobody in, and its device hears that it is gone', async () => {
  const visit = await stage.visit();
  await withoutAutofill(visit);
  const { page } = visit;
  const device = await connect(page);
  const person = newPerson();
  await page.goto('/signin');
  await signUp(page, person);
  await page.goto('/account/passkeys');
  await press(page, 'Create a passkey');
  await page.getByText('Synced').waitFor();
  const kept = await device.cdp.send('WebAuthn.getCredentials', { authenticatorId: device.authenticatorId });

  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('You have none yet').waitFor();
  // The page told the browser which are left (WebAuthn Signal API).
  await expect.poll(async () => (await device.credentials()).length).toBe(0);

  // A device that did not hear of it offers it still.
  const [credential] = kept.credentials;
  if (!credential) throw new Error('there was no passkey');
  await device.cdp.send('WebAuthn.addCredential', { authenticatorId: device.authenticatorId, credential });
  await forget(page);
  await press(page, 'Use a passkey');
  await page.getByRole('alert').filter({ hasText: 'not known here' }).waitFor();
  await expect.poll(async () => (await device.credentials()).length).toBe(0);
  await signIn(page, person);
  await heading(page, 'Your account').waitFor();
  await visit.context.close();
});

test('after a password a passkey is the second factor that an app asks for', async () => {
  const visit = await stage.visit();
  await withoutAutofill(visit);
  const { page, faults } = visit;
  const device = await connect(page, false);
  const person = newPerson();
  await page.goto('/signin');
  await signUp(page, person);
  await page.goto('/account/passkeys');
  await press(page, 'Create a passkey');
  await page.getByText('Only on the device').waitFor();
  await page.context().clearCookies();

  const request = new URLSearchParams({
    client_id: 'demo',
    redirect_uri: `${stage.runtime.url}/demo/`,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    acr_values: 'urn:portcullis:acr:mfa',
  });
  await page.goto(`/oauth/authorize?${request}`);
  await signIn(page, person);
  await heading(page, 'Confirm that it is you').waitFor();
  // A touch is enough: the password came before.
  await device.setUserVerified(false);
  await press(page, 'Use your passkey');
  await page.waitForURL(/\/demo\/\?.*code=/);
  expect(faults.filter((fault) => !fault.includes('code_verifier'))).toEqual([]);
  await visit.context.close();
});

test('without JavaScript nothing offers a passkey, and the page that needs one says so', async () => {
  const visit = await stage.visit({ javaScriptEnabled: false });
  const { page } = visit;
  const person = newPerson();
  await page.goto('/signin');
  expect(await page.getByRole('button', { name: 'passkey' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Sign up' }).click();
  expect(await page.getByRole('button', { name: 'passkey' }).count()).toBe(0);
  await page.goto('/signin');
  await signUp(page, person);
  await page.goto('/account/passkeys');
  await page.getByText('Passkeys need JavaScript').waitFor();
  expect(await page.getByRole('button', { name: 'Create a passkey' }).count()).toBe(0);
  await visit.context.close();
});
