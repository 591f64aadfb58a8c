import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root, sourceCondition } from '../../../src/cli/wrangler.ts';

/** Bytes. */
export interface Size {
  minified: number;
  gzip: number;
}

export const sizeOf = (contents: Uint8Array): Size => ({
  minified: contents.length,
  gzip: gzipSync(contents, { level: 9 }).length,
});

export interface Bundling {
  /** Left out: what the app has anyway, or what is loaded later. */
  external?: string[];
  /** Source files, by their path in the project, that an entry point has loaded already. */
  loaded?: readonly string[];
}

export interface Bundled extends Size {
  /** What is in it, by path in the project. */
  inputs: string[];
}

/** What esbuild makes of an entry point: a path in the project, or the source of a module that begins with "export". */
export async function bundled(
  entry: string,
  { external = [], loaded = [] }: Bundling = {},
): Promise<Bundled> {
  const { outputFiles, metafile } = await build({
    ...(entry.startsWith('export ')
      ? { stdin: { contents: entry, resolveDir: root } }
      : { entryPoints: [entry] }),
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser', sourceCondition],
    external: ['cloudflare:*', 'node:*', ...external],
    logLevel: 'silent',
    plugins: [
      {
        name: 'loaded',
        setup({ onResolve, resolve }) {
          onResolve({ filter: /^\./ }, async ({ path, pluginData, ...from }) => {
            if (loaded.length === 0 || pluginData === 'asked') return undefined;
            const found = await resolve(path, { ...from, pluginData: 'asked' });
            return { ...found, external: loaded.some((name) => found.path.endsWith(`/${name}`)) };
          });
        },
      },
    ],
  });
  return { ...sizeOf(outputFiles[0]?.contents ?? new Uint8Array()), inputs: Object.keys(metafile.inputs) };
}

const client = 'src/client/index.ts';
const dpop = 'src/client/transport/dpop.ts';

/** What a page takes from us, entry point by entry point, as bundlers split it. */
export async function clientSizes(): Promise<Record<ClientPart, Bundled>> {
  // Bundlers leave what both need in the entry.
  const first = await bundled(client, { external: ['./transport/dpop.ts'] });
  return {
    client: first,
    dpop: await bundled(dpop, { loaded: first.inputs }),
    gate: await bundled('src/client/gate.ts'),
    react: await bundled('src/client/react.tsx', { external: ['react', 'react/*'] }),
  };
}

export type ClientPart = 'client' | 'dpop' | 'gate' | 'react';
