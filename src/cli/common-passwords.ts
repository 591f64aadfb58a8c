import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { plainPassword } from '../core/account/password-rules.ts';
import { encodeList, SHORTEST_LISTED } from '../passwords/list-form.ts';

// Makes src/passwords/common-list.ts from the list of @zxcvbn-ts/language-common, which ranks what turns up in breaches:
// node src/cli/common-passwords.ts

export const commonPasswords = (): string[] => {
  const listed = createRequire(import.meta.url)('@zxcvbn-ts/language-common/src/passwords.json') as string[];
  return [...new Set(listed.map(plainPassword))].filter((text) => [...text].length >= SHORTEST_LISTED);
};

export const source = (): string => {
  const passwords = commonPasswords();
  const heads = passwords.map((text) => createHash('sha256').update(text).digest().readUInt32BE(0));
  return `// Made by src/cli/common-passwords.ts. Not to be edited.
export const count = ${passwords.length};
export const list =
  '${Buffer.from(encodeList(heads)).toString('base64')}';
`;
};

if (process.argv[1] === import.meta.filename) {
  await writeFile(new URL('../passwords/common-list.ts', import.meta.url), source());
}
