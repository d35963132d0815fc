/** CaptureOptions: what is recorded, and how. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { Arch, RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { DecodeMode, RecordMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { startFixture } from '../support/program.js';
import { enterCount, newTasks, returns } from '../support/records.js';
import { refusal } from '../support/rpc.js';
import { attach, launch, Trace, traceToEnd } from '../support/trace.js';

function names(records: TraceRecord[]): Set<string> {
  return new Set(records.map(({ syscall }) => syscall).filter((name) => name !== ''));
}

describe('filter.syscalls', () => {
  const argv = ['cat', '/etc/hostname'];
  const cases: { syscalls: string[]; holds: (name: string) => boolean; some: string }[] = [
    { syscalls: ['openat'], holds: (name) => name === 'openat', some: 'openat' },
    { syscalls: ['read', 'write'], holds: (name) => /^(read|write)$/.test(name), some: 'write' },
    {
      syscalls: ['%file'],
      holds: (name) => /^(execve|access|open|newfstatat|readlink)/.test(name),
      some: 'openat',
    },
    { syscalls: ['!mmap', '!munmap'], holds: (name) => !/^mu?n?map$/.test(name), some: 'openat' },
    { syscalls: ['/^m'], holds: (name) => /^m/.test(name), some: 'mmap' },
    { syscalls: ['?no_such_call', 'brk'], holds: (name) => name === 'brk', some: 'brk' },
    { syscalls: ['0'], holds: (name) => name === 'read', some: 'read' },
  ];
  for (const { syscalls, holds, some } of cases) {
    test(syscalls.join(', '), async ({ client }) => {
      const trace = await traceToEnd(client, launch(argv, { capture: { filter: { syscalls } } }));
      expect([...names(trace.records)].filter((name) => !holds(name))).toEqual([]);
      expect(names(trace.records)).toContain(some);
      expect(trace.ofKind(RecordKind.TASK_EXIT)).toHaveLength(1);
    });
  }

  for (const syscalls of [['no_such_call'], ['%nonsense'], ['/[']]) {
    test(`${syscalls} is refused`, async ({ client }) => {
      const call = traceToEnd(client, launch(argv, { capture: { filter: { syscalls } } }));
      const refused = await refusal(call);
      expect(refused.code).toBe(status.INVALID_ARGUMENT);
      expect(refused.details).toMatch(/^(UNKNOWN_SYSCALL|FIELD_INVALID)/);
    });
  }
});

describe('files', () => {
  const script = 'exec 3<below/wanted 4</etc/hostname; cat <&3; cd below; cat ./wanted "$0"';
  const expected = (folder: string) => ({
    openat: {
      fds: [],
      paths: ['below/wanted', `${folder}/below/wanted`],
      pathsBytes: [],
    },
    read: { fds: [0], paths: [`${folder}/below/wanted`], pathsBytes: [] },
    odd: {
      fds: [],
      paths: ['n\\377', `${folder}/below/n\\377`],
      pathsBytes: ['n\xff', `${folder}/below/n\xff`].map((path) => Buffer.from(path, 'latin1')),
    },
  });

  test.for([RecordMode.ENTER_EXIT, RecordMode.COMBINED])(
    'are in the records of the calls that use them, mode %i',
    async (mode, { client, folder }) => {
      mkdirSync(`${folder}/below`);
      writeFileSync(`${folder}/below/wanted`, 'text');
      const argvBytes = ['sh', '-c', script, 'n\xff'].map((arg) => Buffer.from(arg, 'latin1'));
      const request = launch([], { capture: { files: true, mode } }, { argvBytes, cwd: folder });
      const trace = await traceToEnd(client, request);
      expect(trace.header?.capture).toMatchObject({ files: true, mode, maxStringBytes: 32 });
      const kinds =
        mode === RecordMode.COMBINED ? [RecordKind.EXIT] : [RecordKind.ENTER, RecordKind.EXIT];
      const { openat, read, odd } = expected(folder);
      for (const kind of kinds) {
        const filesOf = (text: RegExp) =>
          trace.ofKind(kind).find((record) => text.test(record.text))?.files;
        expect(filesOf(/^openat\(AT_FDCWD, "below\/wanted"/)).toMatchObject(openat);
        expect(filesOf(/^read\(0\b/)).toMatchObject(read);
        expect(filesOf(/^openat\(AT_FDCWD, "n\\377"/)).toMatchObject(odd);
        expect(filesOf(/^dup2\(3, 0\b/)?.fds).toEqual([3, 0]);
        expect(filesOf(/^brk\(/)).toBeUndefined();
        expect(trace.ofKind(kind).some(({ text }) => text.startsWith('brk('))).toBe(true);
      }
    },
  );

  test('are not there unless they are asked for', async ({ client }) => {
    const trace = await traceToEnd(client, launch(['cat', '/etc/hostname']));
    expect(trace.header?.capture).toMatchObject({ files: false, mode: RecordMode.ENTER_EXIT });
    expect(trace.records.filter(({ files }) => files !== undefined)).toEqual([]);
  });
});

test('filter.kinds leaves other kinds out', async ({ client }) => {
  const kinds = [RecordKind.NEW_TASK, RecordKind.TASK_EXIT];
  const request = launch(['sh', '-c', '/bin/true; exit 0'], { capture: { filter: { kinds } } });
  const trace = await traceToEnd(client, request);
  expect(trace.records.map(({ kind }) => kind)).toEqual([
    RecordKind.NEW_TASK,
    RecordKind.TASK_EXIT,
    RecordKind.TASK_EXIT,
  ]);
});

test('registers come with every ENTER and EXIT, and fit the words', async ({ client }) => {
  const trace = await traceToEnd(client, launch(['/bin/true'], { capture: { registers: true } }));
  for (const record of trace.records.filter(({ registers }) => registers)) {
    const {
      rdi = 0n,
      rsi = 0n,
      rdx = 0n,
      r10 = 0n,
      r8 = 0n,
      r9 = 0n,
      rax,
    } = record.registers ?? {};
    if (record.kind === RecordKind.ENTER) {
      expect([rdi, rsi, rdx, r10, r8, r9]).toEqual(record.args);
      expect(record.registers?.origRax).toBe(BigInt(record.sysno));
    } else {
      expect(BigInt.asIntN(64, rax ?? 0n)).toBe(record.ret);
    }
  }
  expect(trace.records.filter(({ registers }) => registers).length).toBeGreaterThan(20);
});

test('registers come with an ENTER that was made late, too', async ({ client }) => {
  const capture = { registers: true, mode: RecordMode.COMBINED };
  const trace = await traceToEnd(client, launch(['sleep', '0.3'], { capture }));
  const enters = trace.ofKind(RecordKind.ENTER);
  expect(enters.map(({ syscall }) => syscall)).toEqual(
    expect.arrayContaining(['clock_nanosleep', 'exit_group']),
  );
  for (const { registers, sysno, args } of enters) {
    expect(registers).toMatchObject({ origRax: BigInt(sysno), rdi: args[0], rsi: args[1] });
  }
});

describe('max_string_bytes', () => {
  const text = 'abcdefghijklmnopqrstuvwxyz0123456789abcdefghij';
  const written = async (client: Parameters<typeof traceToEnd>[0], maxStringBytes: number) => {
    const request = launch(['printf', '%s', text], { capture: { maxStringBytes } });
    const trace = await traceToEnd(client, request);
    return trace.records.find(
      ({ kind, syscall }) => kind === RecordKind.EXIT && syscall === 'write',
    )?.text;
  };

  test('is 32 by default', async ({ client }) => {
    expect(await written(client, 0)).toBe(`write(1, "${text.slice(0, 32)}"..., 46) = 46`);
  });
  test('cuts as it says', async ({ client }) => {
    expect(await written(client, 3)).toBe('write(1, "abc"..., 46) = 46');
  });
  test('takes all where there is room', async ({ client }) => {
    expect(await written(client, 46)).toBe(`write(1, "${text}", 46) = 46`);
  });
  test('is refused past 1 MiB', async ({ client }) => {
    const refused = await refusal(written(client, (1 << 20) + 1));
    expect(refused).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(refused.details).toMatch(/^FIELD_INVALID/);
  });
});

test('RAW has words and results, and no text', async ({ client }) => {
  const capture = { decode: DecodeMode.RAW };
  const raw = await traceToEnd(client, launch(['cat', '/etc/hostname'], { capture }));
  const text = await traceToEnd(client, launch(['cat', '/etc/hostname']));
  const comparable = (calls: string[]) => calls.filter((call) => !/^(mmap|brk|set_tid)/.test(call));
  expect(comparable(returns(raw.records))).toEqual(comparable(returns(text.records)));
  expect(raw.records.every((record) => record.text === '')).toBe(true);
});

describe('COMBINED', () => {
  const capture = { mode: RecordMode.COMBINED };

  test('an ENTER that is late has the time of its stop', async ({ client }) => {
    await using program = await startFixture('vfork-slow');
    await using trace = new Trace(client, attach(program.pid, { capture }));
    await trace.started();
    program.send('start');
    expect(await program.line()).toBe('inside');
    const enter = await trace.enter('vfork');
    const [made] = trace.ofKind(RecordKind.NEW_TASK);
    const at = ({ time }: TraceRecord) => timestampMs(time ?? timestampFromMs(0));
    expect(made?.serial).toBeLessThan(enter.serial);
    expect(at(enter)).toBeLessThanOrEqual(at(made as TraceRecord));
    program.send('go');
    await program.finish();
    await trace.finish();
  });

  test('has one record a call, with everything in it', async ({ client }) => {
    const trace = await traceToEnd(client, launch(['cat', '/etc/hostname'], { capture }));
    const both = await traceToEnd(client, launch(['cat', '/etc/hostname']));
    const calls = (records: TraceRecord[]) =>
      records.filter(({ kind }) => kind === RecordKind.EXIT).map(({ syscall }) => syscall);
    expect(calls(trace.records)).toEqual(calls(both.records));
    // exit_group never returns, so it is told by its ENTER.
    const enters = trace.ofKind(RecordKind.ENTER).map(({ syscall }) => syscall);
    expect(enters).toContain('exit_group');
    const read = trace.records.find(({ syscall, ret }) => syscall === 'read' && ret > 0n);
    expect(read?.text).toMatch(/^read\(\d+, ".*"(\.\.\.)?, \d+\) = \d+$/);
    expect(read?.duration?.nanos).toBeGreaterThan(0);
  });

  test('a call that takes long is told at once by its ENTER', async ({ client }) => {
    await using trace = new Trace(client, launch(['sleep', '0.5'], { capture }));
    const enter = await trace.enter('clock_nanosleep');
    await trace.finish();
    const exit = trace.records.find(
      ({ kind, syscall }) => kind === RecordKind.EXIT && syscall === 'clock_nanosleep',
    );
    expect(exit?.enterSerial).toBe(enter.serial);
  });
});

test('i386 calls of a 64-bit program are told by their table', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('int80')]));
  expect(trace.lines()).toEqual(['getpid 1 close -9']);
  const calls = trace.records.filter(
    ({ arch, kind }) => arch === Arch.I386 && kind === RecordKind.EXIT,
  );
  expect(calls).toMatchObject([
    { syscall: 'getpid', sysno: 20, ret: BigInt(trace.header?.rootPid ?? 0) },
    { syscall: 'close', sysno: 6, errno: 9, errnoName: 'EBADF' },
  ]);
  expect(calls[1]?.args[0]).toBe(0xffffffffn);
});

test('addresses that look like errors are none', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('high-addresses')]));
  expect(trace.lines()).toEqual(['mmap2 0xfff00000', 'mmap 0x7fffffffe000']);
  const high = trace.records.filter(
    ({ kind, syscall, ret }) =>
      kind === RecordKind.EXIT &&
      /^mmap/.test(syscall) &&
      [0xfff00000n, 0x7fffffffe000n].includes(ret),
  );
  expect(high).toMatchObject([
    { arch: Arch.I386, errno: 0, errnoName: '', text: expect.stringMatching(/ = 0xfff00000$/) },
    {
      arch: Arch.X86_64,
      errno: 0,
      errnoName: '',
      text: expect.stringMatching(/ = 0x7fffffffe000$/),
    },
  ]);
});

test('x32 calls are told by their bit', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('x32')]));
  const call = trace.records.find(
    ({ arch, kind }) => arch === Arch.X32 && kind === RecordKind.EXIT,
  );
  const errno = Number(trace.lines()[0]?.split(' ')[1]);
  expect(call).toMatchObject({ syscall: 'getpid', sysno: 39, errno });
});

test('numbers that no table has are kept', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('unknown-syscalls')]));
  const calls = trace.records.filter(({ kind, errno }) => kind === RecordKind.EXIT && errno === 38);
  expect(calls).toHaveLength(5);
  for (const call of calls) {
    expect(call.args).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
    expect(call.syscall === '' ? call.sysno : 0).toBe(call.syscall === '' ? -1 : 0);
  }
  expect(calls[0]?.text).toMatch(/0x270f/);
});

test('bad pointers make records with their address, and the program sees EFAULT', async ({
  client,
  folder,
}) => {
  const program = fixture('bad-pointers');
  const trace = await traceToEnd(client, launch([program], {}, { cwd: folder }));
  expect(trace.lines()).toEqual([
    ...['null errno 14', 'unmapped errno 14', 'none errno 14', 'edge errno 2'],
    ...['unterminated errno 14', 'top errno 14', 'stat errno 14', 'stat ok 0', 'write errno 14'],
  ]);
  const opens = trace.records
    .filter(
      ({ kind, syscall, text }) =>
        kind === RecordKind.EXIT && syscall === 'openat' && !/"\/(etc|lib|usr)/.test(text),
    )
    .map(({ text }) => text);
  expect(opens[0]).toBe('openat(AT_FDCWD, NULL, O_RDONLY) = -1 EFAULT (Bad address)');
  expect(opens[1]).toMatch(/^openat\(AT_FDCWD, 0x[0-9a-f]+, O_RDONLY\) = -1 EFAULT/);
  expect(opens[2]).toMatch(/^openat\(AT_FDCWD, 0x[0-9a-f]+, O_RDONLY\) = -1 EFAULT/);
  expect(opens[3]).toBe(
    'openat(AT_FDCWD, "/no/edges", O_RDONLY) = -1 ENOENT (No such file or directory)',
  );
  expect(opens[5]).toBe('openat(AT_FDCWD, 0xffffffffffffffff, O_RDONLY) = -1 EFAULT (Bad address)');
});

test('follow options and counts go together: threads only', async ({ client }) => {
  const capture = { follow: { noProcesses: true } };
  const trace = await traceToEnd(client, launch([fixture('threads'), '50'], { capture }));
  expect(enterCount(trace.records, 'getppid')).toBe(50);
  expect(newTasks(trace.records).every(({ followed }) => followed)).toBe(true);
});
