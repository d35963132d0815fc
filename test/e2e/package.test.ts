/** The packed package, installed into an empty prefix as users install it, gives both commands. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../support/paths.js';

const execute = promisify(execFile);
const installed = 'lib/node_modules/ptraced';

let scratch: string;
let tarball: string;

/** Runs a program with nothing of this clone in reach. */
function run(
  program: string,
  args: string[],
  cwd = scratch,
): Promise<{ stdout: string; stderr: string }> {
  return execute(program, args, { cwd, maxBuffer: 1 << 24 });
}

async function pack(folder: string, ...options: string[]): Promise<string> {
  const { stdout } = await run(
    'npm',
    ['pack', '--silent', '--pack-destination', scratch, ...options],
    folder,
  );
  return `${scratch}/${stdout.trim().split('\n').at(-1)}`;
}

async function install(archive: string): Promise<string> {
  const prefix = mkdtempSync(`${scratch}/prefix-`);
  await run('npm', ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', archive]);
  return prefix;
}

async function expectWorking(prefix: string): Promise<void> {
  const traced = await run(`${prefix}/bin/ptracectl`, ['trace', '--', 'echo', 'hello']);
  expect(traced.stdout).toBe('hello\n');
  expect(traced.stderr).toMatch(/execve\(.*= 0\n/);
  expect(traced.stderr).toMatch(/write\(1, "hello\\n", 6\) += 6\n/);
  expect(traced.stderr).toMatch(/\+\+\+ exited with 0 \+\+\+\n$/);
  const help = await run(`${prefix}/bin/ptraced`, ['--help']);
  expect(help.stdout).toContain('--listen');
}

beforeAll(async () => {
  scratch = mkdtempSync(`${tmpdir()}/ptraced-package-`);
  tarball = await pack(root);
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

test('works with the addon that it brings', async () => {
  const prefix = await install(tarball);
  expect(readdirSync(`${prefix}/${installed}/prebuilds`)).toEqual(['linux-x64']);
  expect(readdirSync(`${prefix}/${installed}/native`)).not.toContain('build');
  await expectWorking(prefix);
});

// On a busy machine of two cores the compiler takes minutes.
test('compiles the addon where the one that it brings does not load', {
  timeout: 900_000,
}, async () => {
  await run('tar', ['-xzf', tarball]);
  const unpacked = `${scratch}/package`;
  rmSync(`${unpacked}/prebuilds`, { recursive: true });
  const prefix = await install(await pack(unpacked, '--ignore-scripts'));
  expect(readdirSync(`${prefix}/${installed}/native`)).toContain('build');
  await expectWorking(prefix);
});
