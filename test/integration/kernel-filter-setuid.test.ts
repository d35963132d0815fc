/** A call filter in the kernel beside programs that gain privileges as they start. */
import { chmodSync, copyFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import type { TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { run } from '../support/program.js';
import { finishCli, startCli } from '../support/ptracectl.js';
import { launch, privileged, traceToEnd } from '../support/trace.js';

const nobody = { uid: 65534, gid: 65534, ...privileged };
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const capture = { filter: { syscalls: ['execve', 'setresuid', 'chdir'] } };

function output(records: TraceRecord[], stream: 1 | 2): string {
  return records
    .flatMap(({ detail }) =>
      detail.case === 'output' && detail.value.fd === stream
        ? [Buffer.from(detail.value.data)]
        : [],
    )
    .join('');
}

/** A setuid program of root in the folder, which any user may enter. */
function setuidProgram(folder: string): string {
  const program = `${folder}/privileges`;
  copyFileSync(fixture('privileges'), program);
  chmodSync(program, 0o4755);
  chmodSync(folder, 0o755);
  return program;
}

describe('a setuid program started by another user', () => {
  test('gets its privileges', { timeout }, async ({ client, folder }) => {
    const program = setuidProgram(folder);
    const untraced = await run([...asNobody, program], '/');
    expect(untraced.stdout.toString()).toBe('uid 65534 0 0 no_new_privs 0\n');
    for (const argv of [[program], ['sh', '-c', `${program}; :`]]) {
      const { records } = await traceToEnd(client, launch(argv, { capture }, nobody));
      expect(output(records, 1)).toBe(untraced.stdout.toString());
    }
  });

  test('of ptracectl too', { timeout }, async ({ folder }) => {
    const program = setuidProgram(folder);
    const options = ['-u', '65534:65534', '-e', 'trace=execve'];
    const { stdout } = await finishCli(startCli(undefined, 'trace', ...options, program));
    expect(stdout).toBe('uid 65534 0 0 no_new_privs 0\n');
  });

  test('sudo says what it says untraced', { timeout }, async ({ client }) => {
    const argv = ['sudo', '-n', 'true'];
    const untraced = await run([...asNobody, ...argv], '/');
    const { records } = await traceToEnd(client, launch(argv, { capture }, nobody));
    expect(output(records, 2)).toBe(untraced.stderr.toString());
  });
});

test('the user has no way back to root', async ({ client }) => {
  const argv = ['grep', '-E', '^(Uid|Gid|Groups|Cap|NoNewPrivs)', '/proc/self/status'];
  const inKernel = await traceToEnd(client, launch(argv, { capture }, nobody));
  const plain = await traceToEnd(client, launch(argv, {}, nobody));
  expect(output(inKernel.records, 1)).toContain('Uid:\t65534\t65534\t65534\t65534\n');
  expect(output(inKernel.records, 1)).toBe(output(plain.records, 1));
});

test('the parent-death signal outlasts the change of the user', { timeout }, async () => {
  const argv = ['-u', '65534:65534', 'setpriv', '--dump'];
  const cli = startCli(undefined, 'trace', '-e', 'trace=execve', ...argv);
  const { stdout } = await finishCli(cli);
  // That of dyingWithUs(), under which startCli() runs it.
  expect(stdout).toContain('Parent death signal: KILL\n');
});
