/** Commands that ask a server once: what they ask, and what they make of the answer. */

import { type DescMessage, fromJsonString } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  DumpMemoryResponseSchema,
  GetRegistersResponseSchema,
  MappingSchema,
  OrphanAction,
  ProcessSchema,
  ReadMemoryResponseSchema,
  ReadSocketAddressResponseSchema,
  ReadStringVectorResponseSchema,
  Rendering,
  SearchMemoryResponseSchema,
  SendSignalResponseSchema,
  SessionSchema,
  SessionState,
  StepKind,
  StepResponseSchema,
  SummaryRowSchema,
  TaskSchema,
  WriteMemoryResponseSchema,
} from '../../src/client/index.js';
import { finishCli, runCli, startCli } from '../support/ptracectl.js';
import { asked, METHODS, NAME } from './cli-fake-answers.js';
import { FakeServer } from './client-fake-server.js';

// Each test starts Node, on machines that do other things as well.
vi.setConfig({ testTimeout: 60_000 });

const TASK_TABLE = `TID  PID  STATE  STOP  REASON  NAME    AT
  8    7  held      3  pause   a\\x1bb  read(0
`;
let server: FakeServer;

beforeAll(async () => {
  server = await FakeServer.start(() => {}, ...METHODS);
});
afterAll(() => server[Symbol.asyncDispose]());

async function ask(...args: string[]) {
  asked.length = 0;
  const result = await runCli(server.address, ...args);
  return { ...result, asked: asked.slice() };
}

const SUMMARY = `\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 75.00    0.003000         300        10         2 read
 25.00    0.001000        1000         1           close
------ ----------- ----------- --------- --------- ----------------
100.00    0.004000         363        11         2 total
`;

interface Case {
  args: string[];
  stdout: string;
  stderr?: string;
  /** The last request. */
  request: object;
  /** Of each line of --json. */
  schema: DescMessage;
}

const CASES: Case[] = [
  {
    args: ['sessions'],
    request: { states: [], labels: {} },
    schema: SessionSchema,
    stdout: `\
SESSION  STATE                    PID  TASKS  RECORDS  STREAMS  CREATED              TARGET
abc123   running                    7      2      123        1  2023-11-14T22:13:20  sleep 9
abd456   ended (tracees-exited)  4711      0        0        0                       process 4711
`,
  },
  {
    args: ['sessions', 'list', '--state=ended', '--label=a=b=c'],
    request: { states: [SessionState.ENDED], labels: { a: 'b=c' } },
    schema: SessionSchema,
    stdout: expect.stringContaining('TARGET'),
  },
  {
    args: ['sessions', 'end', '--detach', 'abc123'],
    request: { name: NAME, action: OrphanAction.DETACH },
    schema: SessionSchema,
    stdout: expect.stringContaining('abd456'),
  },
  {
    args: ['summary', 'abc'],
    request: { session: NAME, byProcess: false },
    schema: SummaryRowSchema,
    stdout: SUMMARY,
  },
  {
    args: ['ps', '--all', '-u', '9', '^x'],
    request: { commRegex: '^x', uid: 9, attachableOnly: false },
    schema: ProcessSchema,
    stdout: `\
PID  PPID  NSPID  UID  CONTAINER  ATTACH         COMMAND
  5     1      2    9  -          yes            x -y
600     0      0    0  -          TARGET_DENIED  [kthread]
`,
  },
  { args: ['tasks', NAME], request: { session: NAME }, schema: TaskSchema, stdout: TASK_TABLE },
  {
    args: ['pause', 'abc123', '8', '9'],
    request: { session: NAME, tids: [8, 9] },
    schema: TaskSchema,
    stdout: TASK_TABLE,
  },
  {
    args: ['resume', '--signal=SIGUSR1', 'abc123', '8', '--stop-id', '3'],
    request: { session: NAME, tids: [8], signal: 'SIGUSR1', expectedStopId: 3n },
    schema: TaskSchema,
    stdout: TASK_TABLE,
  },
  {
    args: ['detach', 'abc123', '7'],
    request: { session: NAME, pids: [7] },
    schema: TaskSchema,
    stdout: TASK_TABLE,
  },
  {
    args: ['wait', 'abc123', '--after=2', '--timeout=1.5'],
    request: { tid: 0, afterStopId: 2n, timeout: { seconds: 1n, nanos: 500_000_000 } },
    schema: TaskSchema,
    stdout: TASK_TABLE,
  },
  {
    args: ['step', 'abc123', '8', '-i', '-n', '4'],
    request: { session: NAME, tid: 8, kind: StepKind.INSTRUCTION, count: 4 },
    schema: StepResponseSchema,
    stdout: 'read(0, "", 1) = 0\n1 step, now held in stop 3\n',
  },
  {
    args: ['signal', 'abc123', '7', 'TERM', '--thread'],
    request: { session: NAME, pid: 7, signal: 'SIGTERM', threadOnly: true },
    schema: SendSignalResponseSchema,
    stdout: '',
  },
  {
    args: ['read', 'abc123', '7', 'rsp+8', '0x10'],
    request: {
      pid: 7,
      location: { case: 'at', value: 'rsp+8' },
      size: 16,
      allowPartial: false,
      rendering: Rendering.HEXDUMP,
    },
    schema: ReadMemoryResponseSchema,
    stdout: '00000010  41\n',
  },
  {
    args: ['read', 'abc123', '7', '16', '--as=string'],
    request: { size: 4096, untilNul: true, allowPartial: true, rendering: Rendering.STRING },
    schema: ReadMemoryResponseSchema,
    stdout: '00000010  41\n',
    stderr: 'ptracectl: there is no NUL within these bytes\n',
  },
  {
    args: ['read', 'abc123', '7', '16', '--as=argv'],
    request: { maxStrings: 0 },
    schema: ReadStringVectorResponseSchema,
    stdout: 'a\nb\\x0a\n',
    stderr: 'ptracectl: there are more strings, or longer ones\n',
  },
  {
    args: ['read', 'abc123', '7', '16', '110', '--as=sockaddr'],
    request: { length: 110 },
    schema: ReadSocketAddressResponseSchema,
    stdout: '{sa_family=AF_UNIX}\n',
  },
  {
    args: ['read', 'abc123', '7', '16', '5', '--as=raw'],
    request: { size: 5n },
    schema: DumpMemoryResponseSchema,
    stdout: 'AB\0\0\0',
    stderr: 'ptracectl: 3 bytes at 0x12 cannot be read\n',
  },
  {
    args: ['write', 'abc123', '7', '16', '--hex=0a ff', '--expect=01FF', '--force', '--stop-id=3'],
    request: {
      payload: { case: 'data', value: Buffer.from([10, 255]) },
      expected: Buffer.from([1, 255]),
      force: true,
      expectedStopId: 3n,
    },
    schema: WriteMemoryResponseSchema,
    stdout: 'wrote 2 bytes at 0x10, which were 01 ff\n',
  },
  {
    args: ['search', 'abc123', '7', '--hex=de ?? ad', '--permissions=w', '--max=3'],
    request: { pattern: { case: 'hex', value: 'de ?? ad' }, permissions: 'w', maxMatches: 3 },
    schema: SearchMemoryResponseSchema,
    stdout: '0x10\n0x20\n0x30\n',
  },
  {
    args: ['maps', 'abc123', '7'],
    request: { session: NAME, pid: 7 },
    schema: MappingSchema,
    stdout: `\
00001000-7fff00000000 r-xp 00001000              /bin/x
00000001-00000002 rw-p 00000000
`,
  },
  {
    args: ['regs', 'abc123', '8', 'rax=1', 'rip=0x10'],
    request: { session: NAME, tid: 8 },
    schema: GetRegistersResponseSchema,
    stdout: 'rax            0x1\nrip            0x10\nzmm            0x2\n',
  },
];

describe('a command', () => {
  it.each(CASES.map((one) => [one.args.join(' '), one] as const))('%s', async (_, one) => {
    const result = await ask(...one.args);
    expect(result).toMatchObject({ stdout: one.stdout, stderr: one.stderr ?? '', end: 0 });
    expect(result.asked.at(-1)?.request).toMatchObject(one.request);

    const json = await ask(...one.args, '--json');
    expect(json).toMatchObject({ stderr: '', end: 0 });
    const lines = json.stdout.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(fromJsonString(one.schema, line).$typeName).toBe(one.schema.typeName);
    }
  });

  it('regs sets before it gets', async () => {
    const { asked: calls } = await ask('regs', 'abc123', '8', 'rax=1', 'rip=0x10', '--stop-id=3');
    expect(calls.map(({ method }) => method)).toEqual(['SetRegisters', 'GetRegisters']);
    expect(calls[0]?.request).toMatchObject({
      values: { rax: '1', rip: '0x10' },
      expectedStopId: 3n,
    });
  });

  it('summary has a table for each process, percentiles, and orders', async () => {
    const byProcess = await ask('summary', 'abc123', '--by-process', '--percentiles');
    expect(byProcess.asked.at(-1)?.request).toMatchObject({ byProcess: true });
    expect(byProcess.stdout).toBe(`\
process 7 (cat)
% time     seconds  usecs/call     calls    errors min usecs p50 usecs p95 usecs p99 usecs max usecs syscall
------ ----------- ----------- --------- --------- --------- --------- --------- --------- --------- ----------------
100.00    0.003000         300        10         2       1.0       2.0       9.0       9.5    1000.0 read
------ ----------- ----------- --------- --------- --------- --------- --------- --------- --------- ----------------
100.00    0.003000         300        10         2                                                   total

process 8
% time     seconds  usecs/call     calls    errors min usecs p50 usecs p95 usecs p99 usecs max usecs syscall
------ ----------- ----------- --------- --------- --------- --------- --------- --------- --------- ----------------
100.00    0.001000        1000         1                 0.0       0.0       0.0       0.0       0.0 close
------ ----------- ----------- --------- --------- --------- --------- --------- --------- --------- ----------------
100.00    0.001000        1000         1                                                             total
`);
    const byName = await ask('summary', 'abc123', '-S', 'name');
    expect(byName.stdout.indexOf('close')).toBeLessThan(byName.stdout.indexOf('read'));
  });

  it('sessions get shows all of one', async () => {
    const { stdout, end } = await ask('sessions', 'get', 'sessions/abd');
    expect(end).toBe(0);
    expect(fromJsonString(SessionSchema, stdout)).toMatchObject({ name: 'sessions/abd456' });
  });

  it('write takes stdin', async () => {
    const cli = startCli(server.address, 'write', 'abc123', '7', '16', '--file=-');
    expect(await finishCli(cli, 'new')).toMatchObject({ stderr: '', end: 0 });
    expect(asked.at(-1)?.request).toMatchObject({ payload: { value: Buffer.from('new') } });
  });

  it.each([
    [['trace', '-D', '--label=a=b', '--paused', 'sleep', '9'], { argv: ['sleep', '9'] }],
    [['attach', '--detach', '--label=a=b', '--paused', '12'], { pid: 12 }],
  ])('%j leaves a session and prints its name', async (args, target) => {
    const result = await ask(...args);
    expect(result).toMatchObject({ stdout: `${NAME}\n`, stderr: '', end: 0 });
    expect(result.asked).toMatchObject([
      {
        method: 'CreateSession',
        request: {
          target: { value: { ...target, startPaused: true } },
          labels: { a: 'b' },
          lease: { orphanAction: OrphanAction.KEEP },
        },
      },
    ]);
  });
});

describe('a session', () => {
  const HINT = "Try 'ptracectl tasks --help' for more information.";

  it.each([
    ['ab', 2, `'ab' is ambiguous: abc123, abd456\n${HINT}`],
    ['zz', 1, "SESSION_NOT_FOUND: no 'sessions/zz'"],
    ['a/b', 2, `invalid session: 'a/b'\n${HINT}`],
    ['', 2, `invalid session: ''\n${HINT}`],
  ])('%j is none', async (text, end, message) => {
    const result = await ask('tasks', text);
    expect(result).toMatchObject({ stdout: '', stderr: `ptracectl: ${message}\n`, end });
  });
});
