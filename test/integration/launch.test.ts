/** Launching: the first records, the end, output, and every way in which it can fail. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause, StdioMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { run } from '../support/program.js';
import { refusal } from '../support/rpc.js';
import { launch, Trace, traceToEnd } from '../support/trace.js';

test('record 1 is the ENTER of the execve with argv, record 2 its EXIT', async ({ client }) => {
  const trace = await traceToEnd(client, launch(['/bin/echo', 'one', 'two words']));
  const [first, second] = trace.records;
  expect(first).toMatchObject({ serial: 1n, kind: RecordKind.ENTER, syscall: 'execve', sysno: 59 });
  expect(first?.text).toContain('execve("/bin/echo", ["/bin/echo", "one", "two words"], ');
  expect(second).toMatchObject({ serial: 2n, kind: RecordKind.EXIT, syscall: 'execve', ret: 0n });
  expect(second?.enterSerial).toBe(1n);
  expect(trace.header).toMatchObject({ firstSerial: 1n, rootPid: first?.pid });
  expect(trace.header?.session).toMatch(/^sessions\/.+/);
  expect(trace.output(1).toString()).toBe('one two words\n');
});

test('a program without a slash is looked up in the PATH of its own environment', async ({
  client,
  folder,
}) => {
  writeFileSync(`${folder}/greet`, '#!/bin/sh\necho from the folder\n', { mode: 0o755 });
  const env = [`PATH=${folder}:/usr/bin:/bin`];
  const trace = await traceToEnd(client, launch(['greet'], {}, { env }));
  expect(trace.output(1).toString()).toBe('from the folder\n');
  expect(trace.records[0]?.text).toContain(`execve("${folder}/greet", ["greet"]`);
});

test('executable differs from argv[0] where that is asked for', async ({ client }) => {
  const request = launch(['renamed', '-c', 'echo $0'], {}, { executable: '/bin/sh' });
  const trace = await traceToEnd(client, request);
  expect(trace.output(1).toString()).toBe('renamed\n');
});

test('cwd and env are the command’s; nothing of the server’s environment is', async ({
  client,
  folder,
}) => {
  const env = ['PATH=/usr/bin:/bin', 'ONLY=this'];
  const trace = await traceToEnd(
    client,
    launch(['sh', '-c', 'pwd; env'], {}, { cwd: folder, env }),
  );
  const lines = trace.lines();
  expect(lines[0]).toBe(folder);
  expect(lines).toContain('ONLY=this');
  expect(lines.some((line) => line.startsWith('HOME='))).toBe(false);
});

test('inherit_env starts from the server’s environment', async ({ client }) => {
  const request = launch(['/usr/bin/env'], {}, { env: ['ADDED=yes'], inheritEnv: true });
  const lines = (await traceToEnd(client, request)).lines();
  expect(lines).toContain('ADDED=yes');
  expect(lines.some((line) => line.startsWith('PATH='))).toBe(true);
});

test('uid, gid and groups are the command’s', async ({ client }) => {
  const request = launch(['/usr/bin/id'], {}, { uid: 65534, gid: 65534, groups: [65534, 12345] });
  const trace = await traceToEnd(client, request);
  expect(trace.output(1).toString()).toMatch(/^uid=65534.* gid=65534.* groups=65534.*,12345\n$/);
});

test('an exit status comes in the last TASK_EXIT and in the last frame', async ({ client }) => {
  const trace = await traceToEnd(client, launch(['sh', '-c', 'exit 42']));
  expect(trace.ended).toMatchObject({ cause: EndCause.TRACEES_EXITED, rootExit: { exitCode: 42 } });
  const last = trace.records.findLast((record) => record.kind === RecordKind.TASK_EXIT);
  expect(last?.detail.value).toMatchObject({ exitCode: 42, signal: 0, processEnded: true });
  expect(trace.ended?.lastSerial).toBe(trace.records.at(-1)?.serial);
});

test('a death by signal likewise', async ({ client }) => {
  const trace = await traceToEnd(client, launch(['sh', '-c', 'kill -TERM $$']));
  expect(trace.ended?.rootExit).toMatchObject({ signal: 15, signalName: 'SIGTERM' });
  expect(trace.ended?.rootExit?.exitCode).toBeUndefined();
});

test('stdout and stderr come as OUTPUT records, byte for byte', async ({ client, folder }) => {
  const script = 'head -c 1000000 /dev/zero | tr "\\0" x; printf "\\377\\0end" >&2; printf tail';
  const trace = await traceToEnd(client, launch(['sh', '-c', script], {}, { cwd: folder }));
  const plain = await run(['sh', '-c', script], folder);
  expect(trace.output(1).equals(plain.stdout)).toBe(true);
  expect(trace.output(2).equals(plain.stderr)).toBe(true);
});

test('stdin is at its end at once', async ({ client }) => {
  const trace = await traceToEnd(client, launch(['cat']));
  expect(trace.ended?.rootExit?.exitCode).toBe(0);
});

test('stdout to NULL gives no OUTPUT', async ({ client }) => {
  const trace = await traceToEnd(client, launch(['echo', 'x'], {}, { stdout: StdioMode.NULL }));
  expect(trace.ofKind(RecordKind.OUTPUT)).toEqual([]);
});

test('a script runs by its interpreter', async ({ client, folder }) => {
  writeFileSync(`${folder}/script`, '#!/bin/sh -e\necho $#\n', { mode: 0o755 });
  const trace = await traceToEnd(client, launch([`${folder}/script`, 'a', 'b']));
  expect(trace.output(1).toString()).toBe('2\n');
});

describe('what cannot be launched is refused, and leaves nothing behind', () => {
  interface Case {
    what: string;
    prepare?: (folder: string) => void;
    argv: (folder: string) => string[];
    cwd?: (folder: string) => string;
    code: status;
    reason: string;
  }
  const cases: Case[] = [
    {
      what: 'a path where nothing is',
      argv: () => ['/no/such/program'],
      code: status.NOT_FOUND,
      reason: 'EXECUTABLE_NOT_FOUND',
    },
    {
      what: 'a name that is nowhere in PATH',
      argv: () => ['no-such-program-anywhere'],
      code: status.NOT_FOUND,
      reason: 'EXECUTABLE_NOT_FOUND',
    },
    {
      what: 'a file that is not executable',
      prepare: (folder) => writeFileSync(`${folder}/plain`, 'text', { mode: 0o644 }),
      argv: (folder) => [`${folder}/plain`],
      code: status.FAILED_PRECONDITION,
      reason: 'EXEC_FAILED',
    },
    {
      what: 'a directory',
      argv: () => ['/tmp'],
      code: status.FAILED_PRECONDITION,
      reason: 'EXEC_FAILED',
    },
    {
      what: 'a file of no known format',
      prepare: (folder) => writeFileSync(`${folder}/odd`, '\x7fNOTELF', { mode: 0o755 }),
      argv: (folder) => [`${folder}/odd`],
      code: status.FAILED_PRECONDITION,
      reason: 'EXEC_FAILED',
    },
    {
      what: 'a script whose interpreter is missing',
      prepare: (folder) => writeFileSync(`${folder}/script`, '#!/no/such/shell\n', { mode: 0o755 }),
      argv: (folder) => [`${folder}/script`],
      code: status.FAILED_PRECONDITION,
      reason: 'EXEC_FAILED',
    },
    {
      what: 'a missing working directory',
      argv: () => ['/bin/true'],
      cwd: (folder) => `${folder}/missing`,
      code: status.FAILED_PRECONDITION,
      reason: 'EXEC_FAILED',
    },
    {
      what: 'a working directory that is a file',
      prepare: (folder) => writeFileSync(`${folder}/file`, ''),
      argv: () => ['/bin/true'],
      cwd: (folder) => `${folder}/file`,
      code: status.FAILED_PRECONDITION,
      reason: 'EXEC_FAILED',
    },
  ];

  for (const { what, prepare, argv, cwd, code, reason } of cases) {
    test(what, async ({ client, folder }) => {
      prepare?.(folder);
      const request = launch(argv(folder), {}, { cwd: cwd?.(folder) ?? '' });
      const refused = await refusal(traceToEnd(client, request));
      expect(refused).toMatchObject({ code, details: expect.stringMatching(`^${reason}`) });
    });
  }

  test('a program that its user may not read or execute', async ({ client, folder }) => {
    writeFileSync(`${folder}/secret`, '#!/bin/sh\n', { mode: 0o700 });
    chmodSync(folder, 0o755);
    const refused = await refusal(
      traceToEnd(client, launch([`${folder}/secret`], {}, { uid: 65534, gid: 65534 })),
    );
    expect(refused.code).toBe(status.FAILED_PRECONDITION);
    expect(refused.details).toMatch(/^EXEC_FAILED.*Permission denied/);
  });
});

test('PATH is searched past what is not executable', async ({ client, folder }) => {
  mkdirSync(`${folder}/first`);
  mkdirSync(`${folder}/second`);
  writeFileSync(`${folder}/first/tool`, 'not executable', { mode: 0o644 });
  writeFileSync(`${folder}/second/tool`, '#!/bin/sh\necho second\n', { mode: 0o755 });
  const env = [`PATH=${folder}/first:${folder}/second:/bin`];
  const trace = await traceToEnd(client, launch(['tool'], {}, { env }));
  expect(trace.output(1).toString()).toBe('second\n');
});

test('each exec of a chain is ENTER with argv, EXIT and EXEC, without a signal', async ({
  client,
}) => {
  const program = fixture('exec-chain');
  const capture = { maxStringBytes: 4096 };
  const trace = await traceToEnd(client, launch([program, '10'], { capture }));
  const enters = trace.records.filter(
    (record) => record.kind === RecordKind.ENTER && record.syscall === 'execve',
  );
  expect(enters.map(({ text }) => /\["[^"]*", "(\d+)"\]/.exec(text)?.[1])).toEqual(
    Array.from({ length: 11 }, (_, index) => String(10 - index)),
  );
  expect(trace.ofKind(RecordKind.EXEC)).toHaveLength(11);
  expect(trace.ofKind(RecordKind.SIGNAL)).toEqual([]);
  for (const record of trace.ofKind(RecordKind.EXEC)) {
    expect(record.detail.value).toMatchObject({ exe: program, formerTid: 0 });
  }
});

test('arguments are read before the old memory goes: 100 of them, and long ones', async ({
  client,
}) => {
  const long = 'y'.repeat(20_000);
  const argv = [
    '/bin/true',
    ...Array.from({ length: 100 }, (_, index) => `argument${index}`),
    long,
  ];
  const capture = { maxStringBytes: 1_000_000, unabbreviated: true };
  const trace = await traceToEnd(client, launch(argv, { capture }));
  expect(trace.records[0]?.text).toContain('"argument99"');
  expect(trace.records[0]?.text).toContain(`"${long}"`);
});

test('many sessions at once do not disturb each other', async ({ client }) => {
  const one = async (index: number) => {
    const trace = await traceToEnd(client, launch(['sh', '-c', `ls /; exit ${index}`]));
    expect(trace.ended?.rootExit?.exitCode).toBe(index);
  };
  await Promise.all(Array.from({ length: 16 }, (_, index) => one(index)));
});

test('a session is told by the tracer that traces it', async ({ client, server }) => {
  await using trace = new Trace(client, launch(['sleep', '60']));
  const { rootPid } = await trace.started();
  await trace.enter('clock_nanosleep');
  expect(proc.taskStatus(rootPid)?.tracer).toBe(server.pid);
});
