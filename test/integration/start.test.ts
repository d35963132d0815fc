/** What a start loads: that, and not a clock, is what a test can hold. `npm run bench -- start` has the times. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliProgram, root, serverProgram } from '../support/paths.js';
import { run } from '../support/program.js';
import { oracle } from '../support/strace.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Files below the clone that the first process of a command opened, and what it printed. */
async function opened(...command: string[]): Promise<{ files: string[]; stdout: string }> {
  const log = `${folder}/log`;
  const { stdout } = await run([oracle(), '-f', '-e', 'openat', '-o', log, ...command], '/');
  const files = readFileSync(log, 'utf8').matchAll(/"([^"]*)".* = \d+$/gm);
  const own = [...files].map(([, path = '']) => path).filter((path) => path.startsWith(root));
  return { files: own.map((path) => path.slice(root.length + 1)), stdout: String(stdout) };
}

/** Whether a file has code of a package; the package's name, or a word that is nowhere else. */
function withCodeOf(word: string, files: string[]): string[] {
  return files.filter(
    (file) => file.endsWith('.cjs') && readFileSync(`${root}/${file}`, 'utf8').includes(word),
  );
}

/** Words of grpc-js, pino, re2js, and of what decodes descriptors. */
const GRPC = 'grpc-node-js/';
const PINO = 'pino.msgPrefix';
const RE2 = 'RE2JSSyntaxException';
const DECODED = 'FileDescriptorProto';

test('the version comes without Node', async () => {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  for (const [program, option, name] of [
    [cliProgram, '--version', 'ptracectl'],
    [cliProgram, '-V', 'ptracectl'],
    [serverProgram, '--version', 'ptraced'],
  ] as const) {
    expect(await opened(program, option)).toEqual({ files: [], stdout: `${name} ${version}\n` });
  }
  const { stdout } = await run([cliProgram, 'version'], '/');
  expect(String(stdout)).toBe(`ptracectl ${version}\n`);
});

test('a trace without a server loads a few files, and no gRPC', async () => {
  const { files } = await opened(cliProgram, 'trace', '-o', '/dev/null', 'true');
  const code = files.filter((file) => file.startsWith('dist/'));
  expect(code).toContain('dist/bundle/ptracectl.cjs');
  expect(code.length).toBeLessThan(30);
  expect(files.filter((file) => file.startsWith('node_modules/')).length).toBeLessThan(10);
  expect([GRPC, PINO, RE2, DECODED].flatMap((word) => withCodeOf(word, files))).toEqual([]);
});

test('a trace into a file loads no net of Node', async () => {
  const log = `${folder}/loaded`;
  const lines = `${folder}/lines`;
  const script = `
    process.argv = ['node', 'ptracectl', 'trace', '-o', '${lines}', 'true'];
    require('${root}/dist/bundle/start.cjs').start('ptracectl');
    process.on('exit', () => fs.writeFileSync('${log}', process.moduleLoadList.join('\\n')));`;
  await run([process.execPath, '-e', script], '/');
  expect(readFileSync(lines, 'utf8')).toContain('+++ exited with 0 +++');
  const loaded = readFileSync(log, 'utf8').split('\n');
  expect(loaded).toContain('NativeModule vm');
  expect(loaded).not.toContain('NativeModule net');
});

test('the help of the server comes without gRPC', async () => {
  const { files, stdout } = await opened(serverProgram, '--help');
  expect(stdout).toMatch(/^Usage: ptraced/);
  expect([GRPC, PINO, RE2, DECODED].flatMap((word) => withCodeOf(word, files))).toEqual([]);
});

test('the words above are those of the libraries', async () => {
  const { files } = await opened(
    ...[cliProgram, '--server', `unix:${folder}/none`, 'trace', 'true'],
  );
  expect(withCodeOf(GRPC, files)).toHaveLength(1);
  const all = readdirSync(`${root}/dist/bundle`).map((name) => `dist/bundle/${name}`);
  expect([PINO, RE2].map((word) => withCodeOf(word, all).length)).toEqual([1, 1]);
  const licenses = readFileSync(`${root}/dist/bundle/LICENSES.txt`, 'utf8');
  for (const name of ['@grpc/grpc-js', 'pino', 're2js', '@bufbuild/protobuf']) {
    expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+: `, 'm'));
  }
});

test('nothing is compiled that the build has kept the code of', async () => {
  // Into a file: ptracectl hands its standard streams to the command alone.
  const file = `${folder}/compiled`;
  const compiled = async (program: string, ...args: string[]) => {
    const script = `
      process.argv = ['node', '${program}', ...${JSON.stringify(args)}];
      const compiled = require('${root}/dist/bundle/start.cjs').start('${program}');
      process.on('exit', () => fs.writeFileSync('${file}', JSON.stringify(compiled)));`;
    await run([process.execPath, '-e', script], '/');
    return JSON.parse(readFileSync(file, 'utf8'));
  };
  expect(await compiled('ptracectl', 'trace', '-o', '/dev/null', 'true')).toEqual([]);
  expect(await compiled('ptraced', '--version')).toEqual([]);
});
