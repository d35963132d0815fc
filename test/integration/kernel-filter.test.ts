/** Session.filtered_in_kernel: calls that a launch's filter excludes do not stop it. */
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { OrphanAction, RecordMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { Control } from '../support/control.js';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { startFixture } from '../support/program.js';
import { type Client, refusal } from '../support/rpc.js';
import { attaching, create, launching, ms } from '../support/session.js';
import { Subscription } from '../support/subscription.js';
import { launch, privileged, Trace, traceToEnd } from '../support/trace.js';

const { DETACH, KEEP, KILL } = OrphanAction;

/**
 * Everything but pids, addresses and times, task by task in the order of their coming. Signals race with the
 * calls of who gets them.
 */
function story(records: TraceRecord[]): string[][] {
  const tasks = new Map<number, string[]>();
  const received: string[] = [];
  const say = (tid: number, what: string): void => {
    tasks.set(tid, [...(tasks.get(tid) ?? []), what]);
  };
  for (const { kind, tid, syscall, errnoName, detail } of records) {
    switch (kind) {
      case RecordKind.OUTPUT:
        break;
      case RecordKind.NEW_TASK:
        say(tid, `new ${detail.case === 'newTask' ? detail.value.origin : ''}`);
        break;
      case RecordKind.SIGNAL:
        received.push(detail.case === 'signal' ? detail.value.name : '');
        break;
      case RecordKind.TASK_EXIT:
        say(tid, `exit ${detail.case === 'taskExit' ? detail.value.exitCode : ''}`);
        break;
      default:
        say(tid, `${RecordKind[kind]} ${syscall} ${errnoName}`);
    }
  }
  return [...tasks.values(), received.sort()];
}

function output(records: TraceRecord[]): string {
  return records
    .flatMap(({ detail }) => (detail.case === 'output' ? [Buffer.from(detail.value.data)] : []))
    .join('');
}

/** Output without pids and addresses. */
function said({ records }: Trace): string {
  return output(records).replace(/\b[\da-f]*\d[\da-f]*\b/g, 'N');
}

/** The same command with the filter in the kernel and with every call stopping. */
async function bothWays(client: Client, argv: string[], syscalls: string[], mode?: RecordMode) {
  const capture = { filter: { syscalls }, ...(mode !== undefined && { mode }) };
  const inKernel = await traceToEnd(client, launch(argv, { capture }));
  const stopping = await traceToEnd(client, launch(argv, { capture, onDisconnect: DETACH }));
  return { inKernel, stopping };
}

describe('the records are the same', () => {
  const cases: [string, string[], string[]][] = [
    ['files of a shell', ['sh', '-c', 'cat /etc/hostname; ls /; false'], ['%file']],
    ['nothing but execve', ['sh', '-c', 'true; /bin/true'], ['execve']],
    ['no call at all', ['sh', '-c', 'echo x; exit 3'], ['none']],
    ['all but some', ['ls', '/etc'], ['!%memory,openat']],
    ['a number', ['cat', '/etc/hostname'], ['0']],
    ['an execve of a thread', [fixture('exec-from-thread')], ['%process']],
    ['signals', [fixture('signal-kinds')], ['/kill', 'rt_sigaction']],
    ['a vfork', [fixture('vfork-slow')], ['wait4,execve']],
    ['int $0x80', [fixture('int80')], ['/^getpid', 'write']],
    ['numbers without a name', [fixture('unknown-syscalls')], ['none']],
  ];
  for (const [what, argv, syscalls] of cases) {
    test(what, { timeout }, async ({ client }) => {
      const { inKernel, stopping } = await bothWays(client, argv, syscalls);
      expect(story(inKernel.records)).toEqual(story(stopping.records));
      expect(said(inKernel)).toBe(said(stopping));
    });
  }

  test('COMBINED', async ({ client }) => {
    const argv = ['sh', '-c', 'cat /etc/hostname; sleep 0.3'];
    const { inKernel, stopping } = await bothWays(
      client,
      argv,
      ['openat,clock_nanosleep'],
      RecordMode.COMBINED,
    );
    expect(story(inKernel.records)).toEqual(story(stopping.records));
  });

  for (const own of ['seccomp-errno', 'seccomp-trap', 'seccomp-kill']) {
    test(`beside the program's own filter: ${own}`, async ({ client }) => {
      const { inKernel, stopping } = await bothWays(
        client,
        [fixture(own)],
        ['getppid', 'getuid', 'write'],
      );
      expect(story(inKernel.records)).toEqual(story(stopping.records));
      expect(said(inKernel)).toBe(said(stopping));
    });
  }

  for (const syscalls of [['getppid'], ['write']]) {
    test(`a call that the program wants traced fails: ${syscalls}`, async ({ client }) => {
      const { inKernel, stopping } = await bothWays(client, [fixture('seccomp-trace')], syscalls);
      expect(output(inKernel.records)).toBe('getppid -1 errno 38\n');
      expect(story(inKernel.records)).toEqual(story(stopping.records));
    });
  }
});

test('excluded calls do not stop the command', async ({ client }) => {
  // Each stop is a voluntary switch to the tracer.
  const script =
    'import os, resource\n' +
    'for _ in range(5000): os.getppid()\n' +
    'print(resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw)';
  const { inKernel, stopping } = await bothWays(client, ['python3', '-c', script], ['execve']);
  expect(Number(output(stopping.records))).toBeGreaterThanOrEqual(10_000);
  expect(Number(output(inKernel.records))).toBeLessThan(5000);
});

describe('no_new_privs', () => {
  const argv = ['grep', 'NoNewPrivs', '/proc/self/status'];
  const capture = { filter: { syscalls: ['execve'] } };

  test('not with CAP_SYS_ADMIN', async ({ client }) => {
    const trace = await traceToEnd(client, launch(argv, { capture }, privileged));
    expect(output(trace.records)).toBe('NoNewPrivs:\t0\n');
  });

  test('for a user without it', async ({ client }) => {
    const user = { uid: 65534, gid: 65534, ...privileged };
    const trace = await traceToEnd(client, launch(argv, { capture }, user));
    expect(output(trace.records)).toBe('NoNewPrivs:\t0\n');
    const plain = await traceToEnd(client, launch(argv, {}, user));
    expect(output(plain.records)).toBe('NoNewPrivs:\t0\n');
  });
});

// The calls stop at seccomp-stops then, where ptrace wants other requests than at syscall-enter-stops.
test('rules that come later tamper with its calls', async ({ client }) => {
  const calls = ['getuid', 'dup2', 'umask', 'chdir', 'getgid', 'getpgrp'];
  const capture = { filter: { syscalls: calls } };
  const request = launching([fixture('tampered')], { capture }, { startPaused: true });
  await using session = await create(client, request);
  expect(session.created.filteredInKernel).toBe(true);
  await using stream = new Subscription(client, { session: session.name });
  const inject = [
    { syscalls: ['getuid'], error: 'EPERM', first: 2, step: 2, last: 5 },
    { syscalls: ['dup2'], arguments: { 1: 78n } },
    { syscalls: ['umask'], returnValue: 5n },
    { syscalls: ['chdir'], patches: [{ argument: 0, data: Buffer.from('/\0') }] },
    { syscalls: ['getgid'], last: 1, signal: 'SIGUSR2' },
    { syscalls: ['getpgrp'], delayEnter: ms(60), signal: 'SIGUSR1' },
  ];
  await session.update({ rules: { inject } });
  await new Control(client, session.name).resume();
  await stream.finish();
  expect(stream.records.filter(({ kind }) => kind === RecordKind.TRACER_ERROR)).toEqual([]);
  const lines = output(stream.records).split('\n');
  const results = (name: string) => lines.filter((line) => line.startsWith(`${name} `));
  expect(results('getuid').map((line) => line.split(' ')[1])).toEqual([
    '0',
    '-1',
    '0',
    '-1',
    '0',
    '0',
  ]);
  expect(results('dup2')).toEqual(['dup2 78 0']);
  expect(results('umask')).toEqual(['umask 5 0']);
  expect(results('chdir')).toEqual(['chdir 0 0']);
  expect(results('delayed')).toEqual(['delayed 1 0']);
  expect(results('usr1')).toEqual(['usr1 2 usr2 1']);
});

describe('filtered_in_kernel', () => {
  const argv = ['sleep', '60'];
  const capture = { filter: { syscalls: ['%file'] } };

  test('where calls are left out, and nobody may detach', async ({ client }) => {
    await using session = await create(client, launching(argv, { capture }));
    expect(session.created.filteredInKernel).toBe(true);
    expect((await session.get()).filteredInKernel).toBe(true);
    await using killed = await create(
      client,
      launching(argv, { capture, lease: { orphanAction: KILL } }),
    );
    expect(killed.created.filteredInKernel).toBe(true);
  });

  test('not otherwise', async ({ client }) => {
    const others = [
      launching(argv),
      launching(argv, { capture: { filter: { kinds: [RecordKind.EXIT] } } }),
      launching(argv, { capture, lease: { orphanAction: DETACH } }),
      launching(argv, { capture, lease: { orphanAction: KEEP } }),
      launching(argv, { capture: { ...capture, follow: { noThreads: true } } }),
      launching(argv, { capture: { ...capture, follow: { noProcesses: true } } }),
      launching(argv, { capture: { ...capture, follow: { detachOnExec: true } } }),
    ];
    for (const request of others) {
      await using session = await create(client, request);
      expect(session.created.filteredInKernel).toBe(false);
      await session.end(KILL);
    }
  });

  test('not where it attaches', async ({ client }) => {
    await using target = await startFixture('echo-lines');
    await using session = await create(client, attaching(target.pid, { capture }));
    expect(session.created.filteredInKernel).toBe(false);
  });

  test('such a session is killed, not detached', async ({ client }) => {
    await using session = await create(client, launching(argv, { capture }));
    const refused = [
      session.end(DETACH),
      session.update({ lease: { orphanAction: DETACH } }),
      session.update({ capture: { filter: { syscalls: ['%file', 'read'] } } }, ['capture.filter']),
    ];
    for (const call of refused) {
      const error = await refusal(call);
      expect(error.code).toBe(status.FAILED_PRECONDITION);
      expect(error.details).toMatch(/^FEATURE_UNAVAILABLE: .*filtered in the kernel/);
    }
    expect((await session.end(KILL)).rootExit?.signal).toBe(9);
  });

  test('the session of a Trace says so too', async ({ client }) => {
    await using trace = new Trace(client, launch(argv, { capture }));
    const { session: name } = await trace.started();
    const { session } = await client.unary(TraceService.method.getSession, { name });
    expect(session?.filteredInKernel).toBe(true);
  });
});
