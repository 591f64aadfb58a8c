import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Copy, freshCopy, portcullis, run } from './copy.ts';

let copy: Copy;
beforeAll(async () => {
  copy = await freshCopy();
});
afterAll(() => copy.remove());

describe('npm run deploy', () => {
  test('--dry-run passes on a fresh clone, prints the sizes and names what is left to do', async () => {
    const { exited, output, errors } = run(copy.folder, 'npm', 'run', 'deploy', '--', '--dry-run');
    expect(await exited).toBe(0);
    expect(output()).toMatch(/^Bundle: \d+\.\d KiB minified, \d+\.\d KiB gzip$/m);
    expect(errors()).toContain('issuer: https://auth.example.com is the placeholder');
    expect(output() + errors()).not.toContain('WARNING');
    expect(errors()).not.toContain('triggers');
  });

  test('refuses to deploy the placeholder issuer', async () => {
    const { exited, output, errors } = portcullis(copy.folder, 'deploy');
    expect(await exited).toBe(1);
    expect(output()).toBe('');
    expect(errors()).toMatch(
      /^portcullis: portcullis\.config\.ts: issuer: https:\/\/auth\.example\.com is the placeholder; .+\n$/,
    );
  });

  test.each([
    [
      'development',
      /^portcullis: PORTCULLIS_ENVIRONMENT is "development", which is for this machine only: .+\n$/,
    ],
    ['elsewhere', /^portcullis: wrangler\.jsonc: there is no env\.elsewhere\n$/],
  ])('refuses the environment %s, in a dry run as well', async (name, line) => {
    const { exited, output, errors } = portcullis(copy.folder, 'deploy', '--dry-run', '--env', name);
    expect(await exited).toBe(1);
    expect(output()).toBe('');
    expect(errors()).toMatch(line);
  });

  test('does not know secrets: one that a route needs is a reminder', async () => {
    const path = join(copy.folder, 'portcullis.config.ts');
    const text = await readFile(path, 'utf8');
    const route = `{ host: 'app.example', path: '/*', origin: 'https://origin.example', allow: 'session',
      originSecret: { header: 'X-Origin-Secret', value: env.ORIGIN_SECRET } }`;
    // What the routes are without the demo.
    await writeFile(path, text.replace(/\[\],(?=\s*\}\)\);\s*$)/, `[${route}],`));
    const { exited, errors } = portcullis(copy.folder, 'deploy', '--dry-run');
    const code = await exited;
    await writeFile(path, text);
    expect(code).toBe(0);
    expect(errors()).toContain('routes[0].originSecret.value: is missing');
    expect(errors()).toContain('npx wrangler secret put');
  });

  test('takes every binding that an origin can be reached by, and names the secrets that it cannot know', async () => {
    const [config, bindings] = ['portcullis.config.ts', 'wrangler.jsonc'].map((name) =>
      join(copy.folder, name),
    );
    const texts = await Promise.all([config, bindings].map((path) => readFile(String(path), 'utf8')));
    const [ofConfig = '', ofBindings = ''] = texts;
    const routes = `[
      { host: 'a.company.test', path: '/*', allow: 'session', freshness: 'strict',
        origin: { url: 'https://origin.company.test', through: env.CERTIFICATE },
        originSecret: { header: 'X-Gate', value: env.ORDERS_SECRET } },
      { host: 'b.company.test', path: '/*', allow: 'session', origin: env.NETWORK,
        originSecret: { header: 'Authorization', value: \`Bearer \${env.INVOICES_SECRET}\` } },
      { host: 'c.company.test', path: '/*', allow: 'session', origin: env.TENANTS.get('c') },
    ]`;
    await writeFile(
      String(config),
      ofConfig.replace(/routes: env\.DEMO_ORIGIN[\s\S]*?: \[\],/, `routes: ${routes},`),
    );
    await writeFile(
      String(bindings),
      ofBindings.replace(
        '"migrations"',
        `"mtls_certificates": [{ "binding": "CERTIFICATE", "certificate_id": "00000000-0000-0000-0000-000000000000" }],
         "vpc_services": [{ "binding": "NETWORK", "service_id": "00000000-0000-0000-0000-000000000000" }],
         "dispatch_namespaces": [{ "binding": "TENANTS", "namespace": "tenants" }],
         "migrations"`,
      ),
    );
    const { exited, output, errors } = portcullis(copy.folder, 'deploy', '--dry-run');
    expect(await exited, errors()).toBe(0);
    for (const name of ['ORDERS_SECRET', 'INVOICES_SECRET'])
      expect(errors()).toContain(`before the real deployment: npx wrangler secret put ${name} (`);
    expect(output()).toContain('Bundle:');

    // What is there and too short is a fault, whoever holds it.
    const short = portcullis(copy.folder, 'deploy', '--dry-run', '--var', 'ORDERS_SECRET:short');
    expect(await short.exited).toBe(1);
    expect(short.errors()).toContain('routes[0].originSecret.value: must have at least 16 characters');
    await writeFile(String(config), ofConfig);
    await writeFile(String(bindings), ofBindings);
  });

  test('names the secrets of providers, which it cannot know', async () => {
    const path = join(copy.folder, 'portcullis.config.ts');
    const text = await readFile(path, 'utf8');
    const providers = `{
      google: { preset: 'google', clientId: 'a' },
      apple: { preset: 'apple', clientId: 'b', teamId: 'c', keyId: 'd' },
      'our-own': { issuer: 'https://id.company.org', clientId: 'e' },
    }`;
    await writeFile(
      path,
      text.replace(/providers: env\.LOCAL_PROVIDER[\s\S]*?: \{\},/, `providers: ${providers},`),
    );
    const { exited, errors } = portcullis(copy.folder, 'deploy', '--dry-run');
    const code = await exited;
    await writeFile(path, text);
    expect(code, errors()).toBe(0);
    for (const name of ['GOOGLE', 'APPLE', 'OUR_OWN'])
      expect(errors()).toContain(`npx wrangler secret put PORTCULLIS_PROVIDER_${name}_SECRET`);
  });

  test('names the secrets of receivers of events, which it cannot know', async () => {
    const path = join(copy.folder, 'portcullis.config.ts');
    const text = await readFile(path, 'utf8');
    const receivers = `webhooks: [{ name: 'siem', url: 'https://a.company.test' }, { name: 'help-desk', url: 'https://b.company.test' }],
      securityEventReceivers: [{ name: 'partner', url: 'https://c.company.test', audience: 'c', bearerToken: true }],`;
    await writeFile(path, text.replace(`name: 'Portcullis',`, `name: 'Portcullis', ${receivers}`));
    const { exited, errors } = portcullis(copy.folder, 'deploy', '--dry-run');
    const short = portcullis(
      copy.folder,
      'deploy',
      '--dry-run',
      '--var',
      'PORTCULLIS_WEBHOOK_SIEM_SECRET:short',
    );
    const codes = [await exited, await short.exited];
    await writeFile(path, text);
    expect(codes, errors()).toEqual([0, 1]);
    for (const name of ['WEBHOOK_SIEM_SECRET', 'WEBHOOK_HELP_DESK_SECRET', 'SECURITY_EVENTS_PARTNER_TOKEN'])
      expect(errors()).toContain(`before the real deployment: npx wrangler secret put PORTCULLIS_${name} (`);
    expect(short.errors()).toContain('PORTCULLIS_WEBHOOK_SIEM_SECRET must be whsec_');
  });

  test('names what mail and Turnstile need: the secret, or the binding', async () => {
    const path = join(copy.folder, 'portcullis.config.ts');
    const text = await readFile(path, 'utf8');
    const deployWith = async (kind: string) => {
      const mail = `mail: { kind: '${kind}', from: 'auth@company.test' }, challenge: { kind: 'turnstile', siteKey: 'site' }`;
      await writeFile(path, text.replace(`name: 'Portcullis',`, `name: 'Portcullis', ${mail},`));
      const issuer = 'PORTCULLIS_ISSUER:https://auth.company.test';
      const { exited, errors } = portcullis(copy.folder, 'deploy', '--dry-run', '--var', issuer);
      return { code: await exited, errors: errors() };
    };
    const resend = await deployWith('resend');
    const cloudflare = await deployWith('cloudflare');
    await writeFile(path, text);
    expect(resend.code, resend.errors).toBe(0);
    expect(resend.errors).toContain('npx wrangler secret put PORTCULLIS_MAIL_TOKEN');
    expect(resend.errors).toContain('npx wrangler secret put PORTCULLIS_TURNSTILE_SECRET');
    expect(cloudflare.code).toBe(1);
    expect(cloudflare.errors).toContain('mail.kind: cloudflare needs the binding EMAIL');
  });

  test('misses in a wrangler.jsonc of one’s own what a new release needs', async () => {
    const path = join(copy.folder, 'wrangler.jsonc');
    const text = await readFile(path, 'utf8');
    const [binding, cron] = [
      /,\s*\{ "name": "ADDRESS", "class_name": "AddressObject" \}/,
      /"triggers": \{.*?\},/,
    ];
    await writeFile(path, text.replace(binding, ''));
    const old = portcullis(copy.folder, 'deploy', '--dry-run');
    const code = await old.exited;
    await writeFile(path, text.replace(cron, ''));
    const unwound = portcullis(copy.folder, 'deploy', '--dry-run');
    const codes = [code, await unwound.exited];
    await writeFile(path, text);
    expect(codes, unwound.errors()).toEqual([1, 0]);
    expect(old.errors()).toContain('wrangler.jsonc: the binding ADDRESS is missing in durable_objects;');
    expect(unwound.errors()).toContain('no triggers.crons');
  });

  test('a fault other than the placeholder stops a dry run', async () => {
    const path = join(copy.folder, 'portcullis.config.ts');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(`name: 'Portcullis'`, 'name: 3'));
    const { exited, errors } = portcullis(copy.folder, 'deploy', '--dry-run');
    expect(await exited).toBe(1);
    expect(errors()).toMatch(/^portcullis: portcullis\.config\.ts: name: .+\n$/);
    await writeFile(path, text);
  });
});

test('an unknown command prints the usage', async () => {
  const { exited, output, errors } = portcullis(copy.folder, 'begin');
  expect(await exited).toBe(2);
  expect(output()).toBe('');
  expect(errors()).toMatch(/^usage: portcullis <command>\n/);
});
