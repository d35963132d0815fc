/** The examples of docs/client.md and docs/quickstart.md compile as they stand, and run. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from 'vitest';
import { test } from '../support/harness.js';
import { root } from '../support/paths.js';

const run = promisify(execFile);
const ADDRESS = 'unix:/tmp/ptraced.sock';

/** The blocks of a page in their order. */
function examples(page: string): string[] {
  const text = readFileSync(`${root}/docs/${page}`, 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
}

const pages = ['client.md', 'quickstart.md'].flatMap((page) =>
  examples(page).map((code, index) => ({ name: `${page} ${index + 1}`, code })),
);

/** What each example prints, in order. */
const printed: Record<string, RegExp> = {
  'client.md 1': /^execve\("\/bin\/ls".*\+\+\+ exited with 0 \+\+\+\n$/s,
  'client.md 2': /^ptraced \d.* on Linux \d.*\n(\d+ .*\n)+$/,
  'client.md 3': /^NOT_FOUND sessions\/none\n$/,
  'client.md 4': /^clock_nanosleep\(.*\n1 task in sessions\/\w+\n$/,
  'client.md 5': /^true\n$/,
  'client.md 6': /^(\d+) of \1 bytes of stack\n$/,
  'client.md 7': /^header\n(batch\n)+ended\n$/,
  'quickstart.md 1': /^execve\("\/bin\/ls".*\+\+\+ exited with 0 \+\+\+\n$/s,
};

/** Inside of the package, so that its own name leads to it. */
let examplesFolder: string;

beforeAll(async () => {
  mkdirSync(`${root}/.cache`, { recursive: true });
  examplesFolder = mkdtempSync(`${root}/.cache/examples-`);
  for (const [index, { code }] of pages.entries()) {
    expect(code).toContain(`connect('${ADDRESS}')`);
    const real = code.replaceAll(`'${ADDRESS}'`, "process.argv[2] ?? ''");
    writeFileSync(`${examplesFolder}/example-${index}.ts`, `${real}export {};\n`);
  }
  const compilerOptions = { rootDir: '.', outDir: '.', declaration: false, sourceMap: false };
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions,
    include: ['*.ts'],
    exclude: [],
  };
  writeFileSync(`${examplesFolder}/tsconfig.json`, JSON.stringify(config));
  await run(`${root}/node_modules/.bin/tsc`, ['-p', examplesFolder]).catch(
    (error: { stdout: string }) => {
      throw new Error(error.stdout);
    },
  );
});

afterAll(() => rmSync(examplesFolder, { recursive: true, force: true }));

test.for(pages.map((page, index) => ({ ...page, index })))(
  '$name',
  async ({ name, index }, { server, folder: cwd }) => {
    const argv = [`${examplesFolder}/example-${index}.js`, server.address];
    const { stdout, stderr } = await run(process.execPath, argv, { cwd });
    expect(stderr).toBe('');
    expect(stdout).toMatch(printed[name] ?? /an example that prints what this test knows/);
  },
);
