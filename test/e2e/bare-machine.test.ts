/**
 * A clone on a machine that has Node and nothing else: the base image, where no compiler is. The sources are
 * those of this tree, without anything built.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { docker, dockerCommand } from '../support/docker.js';
import { root } from '../support/paths.js';

const { baseImage, label } = docker;

let clone: string;

/** Runs a command in a new container, in the clone. */
function onBareMachine(options: string[], command: string[]) {
  const mark = ['--label', `${label.name}=${label.value}`];
  const place = ['--volume', `${clone}:/clone`, '--workdir', '/clone'];
  return dockerCommand(['run', '--rm', ...mark, ...place, ...options, baseImage, ...command]);
}

beforeAll(() => {
  clone = mkdtempSync(`${tmpdir()}/ptraced-clone-`);
  chmodSync(clone, 0o755);
  const copy =
    'git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$1"';
  execFileSync('sh', ['-c', copy, 'copy', clone], { cwd: root });
});

afterAll(() => {
  rmSync(clone, { recursive: true, force: true });
});

test('says what to install where it may not install', async () => {
  const attempt = onBareMachine(
    ['--network=none', '--user=65534', '--env=HOME=/tmp'],
    ['npm', 'run', '--silent', 'quickstart'],
  );
  const command = 'sudo apt-get install g++ make python3 libprotozero-dev';
  await expect(attempt).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(command),
  });
});

test('quickstart installs, builds and traces', { timeout: 600_000 }, async () => {
  const quickstart = [
    'npm',
    'run',
    '--silent',
    'quickstart',
    '--',
    'sh',
    '-c',
    'echo done; exit 7',
  ];
  const attempt = onBareMachine(['--network=host'], quickstart);
  await expect(attempt).rejects.toMatchObject({
    code: 7,
    stdout: expect.stringMatching(/^done$/m),
    stderr: expect.stringMatching(
      /write\(1, "done\\n", 5\).*= 5\n[\s\S]*\+\+\+ exited with 7 \+\+\+/,
    ),
  });
});
