#!/usr/bin/env node
// Plain JavaScript that any Node of the last years can read: it only finds a Node that can run the rest.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

// 22.12 is wrangler's minimum; from 22.18 on Node runs TypeScript by itself.
const minimum = [22, 18];

const [major, minor] = process.versions.node.split('.').map(Number);
const binary = process.platform === 'win32' ? 'node.exe' : 'node';
const bundled = fileURLToPath(new URL(`../../node_modules/node/bin/${binary}`, import.meta.url));

if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) {
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
} else if (existsSync(bundled) && realpathSync(bundled) !== realpathSync(process.execPath)) {
  const child = spawn(bundled, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
} else {
  console.error(
    `portcullis: needs Node ${minimum.join('.')} or newer, and this is ${process.versions.node}; run \`npm ci\`, which brings its own, or update Node`,
  );
  process.exitCode = 1;
}
