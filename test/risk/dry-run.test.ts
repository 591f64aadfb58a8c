import '../../src/worker.ts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import config from '../../portcullis.config.ts';
import { configure } from '../../src/config/configured.ts';
import { later } from '../workerd/authenticator.ts';
import { mailOf } from '../workerd/mail.ts';
import { eventsOf } from '../workerd/stored.ts';
import { places, Traveller } from './traveller.ts';

configure((environment) => ({
  ...config(environment),
  risk: { dryRun: true, answers: { 'new_country+new_device': { sign_in: 'lock' } } },
}));

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
});

it('a dry run writes down what would be done, and does nothing', async () => {
  const person = await new Traveller().signedIn();
  later(60);
  const thief = person.copiedTo(places.thief);
  expect((await thief.refresh()).status).toBe(200);
  later(60);
  expect((await person.elsewhere(places.thief).signIn()).status).toBe(303);
  expect(await eventsOf(person, 'risk_signals')).toMatchObject([
    { moment: 'refresh', answer: 'end_family', dryRun: true, told: false },
    { moment: 'sign_in', answer: 'lock', dryRun: true, told: false },
  ]);
  expect((await mailOf(person.email)).filter(({ subject }) => subject.includes('unusual'))).toEqual([]);
  expect(await (await person.get('/account/activity')).text()).not.toContain('unusual');
});
