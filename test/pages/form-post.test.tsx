import { expect, it } from 'vitest';
import { FormPostPage, SUBMIT_SCRIPT } from '../../src/pages/form-post.tsx';
import { elements, rendered } from './rendered.ts';

const page = (values: Record<string, string | undefined>, action = 'https://client.test/callback') =>
  elements(rendered(<FormPostPage action={action} values={values} />));

it('posts what it is given to the client, at the press of a button at the latest', async () => {
  const found = await page({ code: 'c', state: 's', iss: 'i', error: undefined });
  const form = found.find(({ tag }) => tag === 'form');
  expect(form?.attributes).toEqual({ method: 'post', action: 'https://client.test/callback' });
  const inputs = found.filter(({ tag }) => tag === 'input').map(({ attributes }) => attributes);
  expect(inputs).toEqual([
    { type: 'hidden', name: 'code', value: 'c' },
    { type: 'hidden', name: 'state', value: 's' },
    { type: 'hidden', name: 'iss', value: 'i' },
  ]);
  expect(found.find(({ tag }) => tag === 'button')?.attributes.type).toBe('submit');
});

it('names where it leads, by its host', async () => {
  const found = await page({}, 'https://client.test:8443/callback?x=1');
  expect(found.find(({ tag }) => tag === 'strong')?.text).toBe('client.test:8443');
});

it('has one form and one script, whatever the values are', async () => {
  const hostile = `"'></form><script>alert(1)</script><form action=https://evil.example>`;
  const found = await page({ state: hostile, [hostile]: hostile }, 'https://client.test/%22%3E?a="b"');
  expect(found.filter(({ tag }) => tag === 'form')).toHaveLength(1);
  expect(found.filter(({ tag }) => tag === 'script').map(({ text }) => text)).toEqual([SUBMIT_SCRIPT]);
  expect(found.filter(({ tag }) => tag === 'input')).toHaveLength(2);
});
