/** docs/limits.md: what a tracee cannot do under trace, as the page says it. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { OrphanAction } from '../../src/gen/ptraced/v1/session_pb.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { commandEnvironment, Program } from '../support/program.js';
import { type Cli, startCli } from '../support/ptracectl.js';
import { exitsOf } from '../support/records.js';
import { create, launching } from '../support/session.js';
import { attach, launch, privileged, Trace, traceToEnd } from '../support/trace.js';

/** access(2). */
const accessNumber = 21;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Compiles a program; its path. */
function compile(name: string, source: string, ...flags: string[]): string {
  writeFileSync(`${folder}/${name}.c`, source);
  execFileSync('gcc', [...flags, '-o', `${folder}/${name}`, `${folder}/${name}.c`]);
  return `${folder}/${name}`;
}

test('LeakSanitizer gives up, unless it is told not to look', async ({ client }) => {
  const program = compile('no-leak', 'int main(void) { return 0; }\n', '-fsanitize=address');
  execFileSync(program, { env: commandEnvironment() });
  const traced = await traceToEnd(client, launch([program]));
  expect(traced.output(2).toString()).toContain('LeakSanitizer does not work under ptrace');
  expect(traced.ended?.rootExit?.exitCode).not.toBe(0);
  const argv = ['/usr/bin/env', 'ASAN_OPTIONS=detect_leaks=0', program];
  const without = await traceToEnd(client, launch(argv));
  expect(without.output(2).toString()).toBe('');
  expect(without.ended?.rootExit?.exitCode).toBe(0);
});

/** Waits 5 s for nothing, by sigtimedwait or epoll_wait, and says how that ended and after how long. */
const waiter = `
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
int main(int argc, char** argv) {
  (void)argv;
  int epoll = epoll_create1(0);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  struct timespec timeout = {.tv_sec = 5};
  double begin = now();
  puts("waits");
  fflush(stdout);
  struct epoll_event event;
  int result = argc > 1 ? epoll_wait(epoll, &event, 1, 5000) : sigtimedwait(&set, NULL, &timeout);
  printf("%d %s %.3f\\n", result, result == 0 ? "0" : strerrorname_np(errno), now() - begin);
  return 0;
}
`;

describe('a call whose timeout starts anew at an attach', () => {
  test.for([
    ['sigtimedwait', [], /^-1 EAGAIN (\d+\.\d+)$/],
    ['epoll_wait', ['epoll'], /^0 0 (\d+\.\d+)$/],
  ] as const)(
    '%s ends without EINTR, and later than it would have',
    async ([name, args, ended], { client }) => {
      await using program = new Program(compile(name, waiter, '-Wall', '-Werror'), [...args]);
      expect(await program.line()).toBe('waits');
      await eventually('asleep', () => proc.taskStatus(program.pid)?.state === 'S');
      const attached = performance.now();
      await using trace = new Trace(client, attach(program.pid));
      await trace.finish();
      expect(performance.now() - attached).toBeGreaterThanOrEqual(5000);
      expect(await program.line()).toMatch(ended);
      expect(trace.records.filter(({ errnoName }) => errnoName === 'EINTR')).toEqual([]);
    },
  );
});

/** CAP_SYS_PTRACE lets a program serve page faults of the kernel where vm.unprivileged_userfaultfd is 0. */
describe('a page that a traced thread serves', () => {
  /** The call by the page has its address, and the program what untraced it would have. */
  function expectAddress(page: string, lines: string[], trace: Trace): void {
    expect(lines).toEqual(['done']);
    const texts = exitsOf(trace.records, 'access').map(({ text }) => text);
    expect(texts).toContain(`access(${page.replace('page ', '')}, F_OK) = 0`);
  }

  const filter = { syscalls: ['access'] };

  test.for([
    ['userfaultfd(2)', [], {}],
    ['/dev/userfaultfd', ['device'], {}],
    ['userfaultfd(2), beside a filter in the kernel', [], { capture: { filter } }],
    ['/dev/userfaultfd, beside a filter in the kernel', ['device'], { capture: { filter } }],
  ] as const)(
    'is not waited for: the call shows its address (%s)',
    async ([, ways, options], { client }) => {
      const argv = [fixture('userfaultfd'), ...ways];
      const trace = await traceToEnd(client, launch(argv, options, privileged));
      const [page = '', ...lines] = trace.lines();
      expectAddress(page, lines, trace);
    },
  );

  test('is not waited for in a process that had it before the attach', async ({ client }) => {
    await using program = new Program(fixture('userfaultfd'), ['waits']);
    const page = await program.line();
    await using trace = new Trace(client, attach(program.pid));
    await trace.started();
    program.send('go on');
    const done = await program.line();
    await trace.finish();
    expectAddress(page, [done], trace);
  });

  test('that nobody serves hinders neither its session nor others', async ({ client }) => {
    const session = await create(
      client,
      launching([fixture('userfaultfd'), 'never'], {}, privileged),
    );
    const { rootPid } = session.created;
    await eventually('the call', () => proc.sleepingIn(rootPid) === accessNumber);
    const other = await traceToEnd(client, launch(['true']));
    expect(other.ended?.rootExit?.exitCode).toBe(0);
    await session.end(OrphanAction.KILL);
    await eventually('its end', () => !proc.alive(rootPid));
  });
});

describe('a tracee that traces its tracer', () => {
  /** Starts it under ptracectl's own server; ids of the two, which stand still. */
  async function standing(): Promise<{ cli: Cli; tracee: number; tracer: number }> {
    const cli = startCli(undefined, 'trace', '-o', '/dev/null', fixture('seize-tracer'));
    const [line] = (await once(cli.stdout, 'data')) as [string];
    const [tracee = 0, tracer = 0] = line.split(' ').map(Number);
    await eventually('both in a ptrace-stop', () =>
      [tracee, tracer].every((tid) => proc.taskStatus(tid)?.state === 't'),
    );
    return { cli, tracee, tracer };
  }

  test('waits for it for good, up to a SIGKILL of the tracee', async () => {
    const { cli, tracee } = await standing();
    process.kill(tracee, 'SIGKILL');
    expect(await cli.result).toMatchObject({ stderr: '', end: 'SIGKILL' });
  });

  test('waits for it for good, up to a SIGKILL of the tracer', async () => {
    const { cli, tracee } = await standing();
    cli.kill('SIGKILL');
    expect(await cli.result).toMatchObject({ stderr: '', end: 'SIGKILL' });
    await eventually('the end of the tracee', () => !proc.alive(tracee));
  });
});
