/**
 * 32-bit programs beside strace 7.2: their lines are strace's, also those of socketcall and ipc, of old
 * calls, and of structures that have another layout than those of 64 bits.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect } from 'vitest';
import { Arch, RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import { DecodeMode, OrphanAction } from '../../src/gen/ptraced/v1/session_pb.js';
import { type Call, type Calls, callsOfRecords, sameLine } from '../support/calls.js';
import { longPatience as timeout } from '../support/eventually.js';
import { program32 } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { run } from '../support/program.js';
import { runCli } from '../support/ptracectl.js';
import { exitsOf, stops } from '../support/records.js';
import { callsOfStrace, oracle, underStrace } from '../support/strace.js';
import { launch, privileged, traceToEnd } from '../support/trace.js';

const programs = [
  ...['files', 'sockets', 'ipc', 'signals', 'clocks', 'waits', 'processes', 'memory'],
] as const;

/** How often strace runs alike: what differs between its runs is of the moment. */
const runs = 3;
/** How often it may run for that: threads race. */
const mostRuns = 10;

/**
 * Calls that tell of whoever started the program, of the time, of ports and ids, or of the machine: of their
 * lines all but the numbers is compared, even where strace's runs happen to be alike.
 */
const ofTheMoment = new Set([
  ...['getpgrp', 'getpgid', 'getsid', 'getppid', 'time', 'times', 'sysinfo', 'getrusage', 'getcpu'],
  ...['statfs', 'fstatfs', 'statfs64', 'fstatfs64', 'readdir', 'wait4', 'waitid', 'gettimeofday'],
  ...['clock_gettime', 'clock_gettime64', 'adjtimex', 'clock_adjtime', 'clock_adjtime64'],
  ...['getitimer', 'setitimer', 'timer_settime64', 'timer_gettime64', 'timerfd_gettime64'],
  ...['select', '_newselect', 'pselect6_time64', 'ppoll_time64', 'recvmmsg_time64'],
  ...['accept', 'bind', 'connect', 'getpeername', 'getsockname', 'sendto'],
  ...['shmget', 'shmat', 'shmdt', 'shmctl', 'semget', 'semop', 'semtimedop', 'semctl'],
  ...['msgget', 'msgsnd', 'msgrcv', 'msgctl', 'rt_sigqueueinfo'],
]);

/** What is not strace's line by design. */
const byDesign = [
  // A message ends with what was received, not with the buffer (native/decode/docs/differences.md).
  /^msgrcv\(/,
];

async function inFolder<T>(folder: string, body: (work: string) => Promise<T>): Promise<T> {
  const work = `${folder}/work`;
  mkdirSync(work);
  try {
    return await body(work);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** A line without numbers and random bytes, which is all that may differ between two runs. */
function shape({ text }: Call): string {
  const steady = text.replace(/^getrandom\("[^"]*"/, 'getrandom(RANDOM');
  return steady.replace(/0x[0-9a-f]+|\d+(\.\d+)?/g, 'N').replaceAll('ADDRESS', 'N');
}

function differencesOf(ours: Calls, strace: Calls[]): string[] {
  return [...ours].flatMap(([key, calls]) =>
    calls.flatMap((call, index) => {
      const lines = strace.map((run) => run.get(key)?.[index]);
      const [first] = lines;
      if (call.result === '?') {
        return []; // its EXIT never came
      }
      const steady = !ofTheMoment.has(call.name) && lines.every((line) => sameLine(line, first));
      const alike = steady
        ? sameLine(call, first)
        : lines.some((line) => line !== undefined && shape(line) === shape(call));
      return alike || byDesign.some((design) => design.test(call.text))
        ? []
        : [`task ${key}\n    ours   ${call.text}\n    strace ${first?.text}`];
    }),
  );
}

const names = (calls: Calls) =>
  [...calls].map(([key, made]) => `${key}: ${made.map(({ name }) => name).join(' ')}`);

describe('a 32-bit program beside strace', () => {
  for (const name of programs) {
    test(name, { timeout }, async ({ client, folder }) => {
      const argv = ['setarch', '--addr-no-randomize', program32(name)];
      const trace = await inFolder(folder, (cwd) =>
        traceToEnd(client, launch(argv, {}, { cwd, ...privileged })),
      );
      const ours = callsOfRecords(trace.records);
      const alike: Calls[] = [];
      let other = names(ours);
      for (let run = 0; run < mostRuns && alike.length < runs; run++) {
        const { log } = await inFolder(folder, (cwd) => underStrace(argv, cwd));
        const calls = callsOfStrace(log);
        if (isDeepStrictEqual(names(calls), names(ours))) {
          alike.push(calls);
        } else {
          other = names(calls);
        }
      }
      expect(alike.length > 0 ? names(ours) : other).toEqual(names(ours));
      expect(differencesOf(ours, alike)).toEqual([]);
    });
  }
});

describe('a function that socketcall or ipc calls', () => {
  const argv = () => ['setarch', '--addr-no-randomize', program32('sockets')];
  /** Lines of the calls, without what follows from addresses, ports and times. */
  const shapes = (calls: Calls) =>
    [...calls.values()]
      .flat()
      .filter(({ result }) => result !== '?')
      .map(shape);

  test('belongs to sets by its name, also in the kernel', { timeout }, async ({
    client,
    folder,
  }) => {
    for (const set of ['socket,connect', '%network', '!%network', 'socketcall', '/^(send|recv)$']) {
      const capture = { filter: { syscalls: [set] } };
      // Detaching at a lost client needs every call to stop.
      const stopping = { capture, onDisconnect: OrphanAction.DETACH };
      const { log } = await inFolder(folder, (cwd) =>
        underStrace(argv(), cwd, ['-e', `trace=${set}`]),
      );
      const expected = shapes(callsOfStrace(log));
      expect(expected.length, set).toBeGreaterThan(1);
      for (const options of [{ capture }, stopping]) {
        const trace = await inFolder(folder, (cwd) =>
          traceToEnd(client, launch(argv(), options, { cwd })),
        );
        expect(shapes(callsOfRecords(trace.records)), set).toEqual(expected);
      }
    }
  });

  test('is tampered with and held at by its name', { timeout }, async ({ client }) => {
    const rules = {
      inject: [{ syscalls: ['getpeername'], error: 'EPERM' }],
      stop: [
        {
          at: { syscalls: ['listen'], kinds: [RecordKind.ENTER] },
          timeout: durationFromMs(1),
        },
      ],
    };
    const trace = await traceToEnd(client, launch(argv(), { rules }));
    const names = exitsOf(trace.records, 'getpeername');
    expect(names.length).toBe(2);
    for (const { errnoName, tampered, sysno, arch } of names) {
      expect({ errnoName, tampered, sysno, arch }).toEqual({
        errnoName: 'EPERM',
        tampered: true,
        sysno: 102, // of socketcall, which the program made
        arch: Arch.I386,
      });
    }
    const listens = exitsOf(trace.records, 'listen');
    expect(stops(trace.records).length).toBe(listens.length);
    expect(exitsOf(trace.records, 'socket').every((exit) => !exit.tampered)).toBe(true);
  });

  test('has its arguments as values', { timeout }, async ({ client }) => {
    const capture = { filter: { syscalls: ['connect'] }, decode: DecodeMode.TEXT_AND_VALUES };
    const trace = await traceToEnd(client, launch(argv(), { capture }));
    const [first] = exitsOf(trace.records, 'connect');
    expect(first?.arguments.map(({ name }) => name)).toEqual(['sockfd', 'addr', 'addrlen']);
  });
});

describe('the mode that a process runs in', () => {
  /** The notices with what they follow, without ids. */
  const notices = (text: string) =>
    text
      .split('\n')
      .flatMap((line, index, lines) =>
        line.includes(' runs in ') ? [lines[index - 1] ?? '', line] : [],
      )
      .map((line) =>
        line
          .replace(/\d+ vars/, 'N vars')
          .replace(/(?<=pid +|PID=)\d+/g, 'N')
          .replace(/0x\w+/, 'ADDRESS'),
      );

  test('is told as strace tells it', { timeout }, async ({ folder }) => {
    const argv = [program32('modes')];
    for (const quiet of [[], ['-q'], ['-o', '/dev/null']]) {
      const strace = await run([oracle(), '-f', ...quiet, ...argv], folder);
      const ours = await runCli(undefined, 'trace', '-f', ...quiet, ...argv);
      expect(notices(ours.stderr)).toEqual(notices(strace.stderr.toString()));
      expect(notices(ours.stderr).length).toBe(quiet.length > 0 ? 0 : 6);
    }
  });
});
