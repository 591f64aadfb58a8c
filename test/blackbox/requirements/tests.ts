import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../../src/cli/wrangler.ts';

interface Listed {
  file: string;
  /** The describe chain and the test, joined by ' > '; of `it.each`, the template. */
  name: string;
  location: { line: number };
}

export interface Test {
  /** The template of its name. */
  name: string;
  /** From its first line to the next test. */
  source: string;
  /** The whole file that it is in. */
  file: string;
}

/** Every test there is, by file, read from the sources: nothing is run. */
export async function allTests(): Promise<Map<string, Test[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-tests-'));
  const list = join(folder, 'list.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  await promisify(execFile)(process.execPath, [vitest, 'list', '--static-parse', `--json=${list}`], {
    cwd: root,
  });
  const listed = JSON.parse(await readFile(list, 'utf8')) as Listed[];
  await rm(folder, { recursive: true });

  const tests = new Map<string, Test[]>();
  for (const path of new Set(listed.map(({ file }) => file))) {
    const file = await readFile(path, 'utf8');
    const lines = file.split('\n');
    const own = listed
      .filter((each) => each.file === path)
      .sort((one, other) => one.location.line - other.location.line);
    tests.set(
      relative(root, path),
      own.map(({ name, location }, index) => ({
        // As it is written, that is with the backslash before a quotation mark.
        name: name.replace(/\\(.)/g, '$1'),
        source: lines.slice(location.line - 1, own[index + 1]?.location.line).join('\n'),
        file,
      })),
    );
  }
  return tests;
}

const placeholder = /%[sdifjoO]|\$[\w.]+|\$\{[^}]*\}/g;

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The words of a value as it was printed into the name of a test. */
const wordsOf = (printed: string): string[] => printed.match(/[\p{L}\p{N}_]+/gu) ?? [];

/** Whether `name` is what this test, or a case of it, is printed as. */
export function isNamed({ name: template, file }: Test, name: string): boolean {
  if (template === name) return true;
  const pattern = template.split(placeholder).map(literal).join('(.+)');
  if (pattern === literal(template)) return false;
  const values = new RegExp(`^${pattern}$`, 's').exec(name)?.slice(1);
  // The values of the case are written somewhere in the file, or it is a case no more.
  return values?.every((value) => wordsOf(value).every((word) => file.includes(word))) ?? false;
}

/** Whether the test asks for anything, itself or by a function of its file. */
export function expectsSomething({ source, file }: Test): boolean {
  // A definition ends where a line is indented like its first one again.
  const definition = /^( *)(?:export )?(?:async )?(?:function|const) (\w+)[\s\S]*?(?=\n\1\S)/gm;
  const asking = [...file.matchAll(definition)].flatMap(([text, , name]) =>
    /\bexpect\b/.test(text) ? [name] : [],
  );
  return new RegExp(`\\b(?:${['expect', ...asking].join('|')})\\b`).test(source);
}
