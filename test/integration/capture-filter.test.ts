/** CaptureOptions.filter: what a session records at all, and its change while the session runs. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { RecordMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { startFixture } from '../support/program.js';
import { refusal } from '../support/rpc.js';
import { attaching, create, ended, launching } from '../support/session.js';
import { underStrace } from '../support/strace.js';
import { Subscription } from '../support/subscription.js';
import { launch, privileged, traceToEnd } from '../support/trace.js';

const calls = [RecordKind.ENTER, RecordKind.EXIT];
const isCall = ({ kind }: TraceRecord) => calls.includes(kind);
const exits = (records: TraceRecord[]) => records.filter(({ kind }) => kind === RecordKind.EXIT);

/** Names of the calls in a log of strace, without those that never returned. */
const namesOf = (log: string) =>
  [...log.matchAll(/^\d+ +(\w+)\(.*= /gm)].map((match) => match[1] as string);

describe('conditions on outcomes', () => {
  const script = ['/bin/sh', '-c', 'cat /nonexistent; ls /etc > /dev/null; cd /nowhere'];

  for (const mode of [RecordMode.ENTER_EXIT, RecordMode.COMBINED]) {
    test(`failed_only is strace -Z, in ${RecordMode[mode]}`, async ({ client, folder }) => {
      const capture = { mode, filter: { failedOnly: true } };
      const trace = await traceToEnd(client, launch(script, { capture }, { cwd: folder }));
      const { log } = await underStrace(script, folder, ['-Z', '-e', 'signal=none']);
      expect(trace.records.filter(isCall).every(({ errno }) => errno > 0)).toBe(true);
      expect(exits(trace.records).map(({ syscall }) => syscall)).toEqual(namesOf(log));
    });
  }

  test('successful_only, errnos and min_duration', async ({ client }) => {
    const argv = [fixture('bad-pointers')];
    const all = exits((await traceToEnd(client, launch(argv))).records);
    const count = (errnoName: string) => all.filter((record) => record.errnoName === errnoName);
    const recorded = async (filter: object) => {
      const trace = await traceToEnd(client, launch(argv, { capture: { filter } }));
      return trace.records.filter(isCall);
    };
    expect(await recorded({ successfulOnly: true })).toHaveLength(
      all.filter(({ errno }) => errno === 0).length,
    );
    expect(count('EFAULT').length).toBeGreaterThan(0);
    expect(await recorded({ errnos: ['EFAULT'] })).toHaveLength(count('EFAULT').length);
    const slow = await recorded({ minDuration: { seconds: 3600n } });
    expect(slow).toEqual([]);
  });
});

test('conditions of every sort together, of the session and of a subscriber', async ({
  client,
  folder,
}) => {
  writeFileSync(`${folder}/file`, 'one\n');
  const script = 'cat file; cat file/below; cat missing; exec 3<file; read line <&3; cd file';
  const argv = ['/bin/sh', '-c', script];
  const paths = [`${folder}/file`];
  const single = [
    { paths },
    { failedOnly: true },
    { errnos: ['ENOTDIR', 'ENOENT'] },
    { minDuration: { seconds: 0n, nanos: 1 } },
    { syscalls: ['%file', '!access'] },
    { kinds: [RecordKind.EXIT] },
  ];
  const together = Object.assign({}, ...single);
  // The session keeps the paths of its calls for the filters of others.
  const keeping = { filter: { paths: ['/'] } };
  const session = await create(client, launching(argv, { capture: keeping }, { cwd: folder }));
  await ended(session);
  const serials = async (filter: object) => {
    const stream = new Subscription(client, { session: session.name, filter });
    await stream.finish();
    return stream.records;
  };
  const passed = await Promise.all(single.map(serials));
  const inAll = (serial: bigint) =>
    passed.every((records) => records.some((record) => record.serial === serial));
  const both = await serials(together);
  expect(both.map(({ serial }) => serial)).toEqual(
    (passed[0] ?? []).map(({ serial }) => serial).filter(inAll),
  );
  const calls = (records: TraceRecord[]) =>
    records.map(({ syscall, errnoName }) => `${syscall} ${errnoName}`);
  expect(calls(both)).toContain('chdir ENOTDIR');
  expect(both.every(({ text }) => text.includes('file'))).toBe(true);
  const recorded = await traceToEnd(
    client,
    launch(argv, { capture: { filter: together } }, { cwd: folder }),
  );
  expect(calls(recorded.records.filter(isCall))).toEqual(calls(both));
});

describe('files', () => {
  test('paths: by argument, relative ones too, and by descriptor, as strace -P', async ({
    client,
    folder,
  }) => {
    mkdirSync(`${folder}/data`);
    writeFileSync(`${folder}/data/file`, 'one\ntwo\n');
    symlinkSync(`${folder}/data`, `${folder}/link`);
    const script =
      'cat data/file; cd data; cat file; exec 3<file; read line <&3; ls /etc > /dev/null; cat ./../data/file';
    const argv = ['/bin/sh', '-c', script];
    const path = `${folder}/data/file`;
    const traced = async (paths: string[]) => {
      const capture = { filter: { paths } };
      const trace = await traceToEnd(client, launch(argv, { capture }, { cwd: folder }));
      const found = trace.records.filter(isCall);
      expect(found.length).toBeGreaterThan(0);
      return exits(found).map(({ syscall }) => syscall);
    };
    const byFile = await traced([path]);
    // strace compares names as they are written: it needs each of them.
    const names = [path, 'data/file', 'file', './../data/file'].flatMap((name) => ['-P', name]);
    const { log } = await underStrace(argv, folder, [...names, '-e', 'signal=none']);
    expect(byFile).toEqual(namesOf(log));
    // Below a folder, which a symbolic link leads to: chdir to the folder itself comes with it.
    const below = await traced([`${folder}/link`]);
    expect(
      below.filter((name) => name !== 'chdir' && name !== 'newfstatat' && name !== 'stat'),
    ).toEqual(byFile.filter((name) => name !== 'newfstatat' && name !== 'stat'));
    expect(below).toContain('chdir');
  });

  test('paths in a chroot: by those of the process and by those of the server', async ({
    client,
    folder,
  }) => {
    mkdirSync(`${folder}/etc`);
    mkdirSync(`${folder}/sub`);
    writeFileSync(`${folder}/etc/probe`, 'probe');
    const argv = [fixture('chroot-paths'), folder];
    const traced = async (path: string) => {
      const capture = { filter: { paths: [path], syscalls: ['openat', 'read', 'close'] } };
      const trace = await traceToEnd(client, launch(argv, { capture }, privileged));
      return exits(trace.records).map(({ syscall }) => syscall);
    };
    const all = ['openat', 'read', 'close'];
    expect(await traced('/etc/probe')).toEqual([...all, ...all, ...all]);
    expect(await traced(`${folder}/etc/probe`)).toEqual([...all, ...all, ...all]);
    // strace takes arguments as they are written and descriptors by its own names.
    const theirs = async (path: string) =>
      namesOf((await underStrace(argv, '/', ['-P', path, '-e', 'signal=none'])).log);
    expect(await theirs('/etc/probe')).toEqual(['openat']);
    const descriptors = ['read', 'close'];
    expect(await theirs(`${folder}/etc/probe`)).toEqual([
      ...descriptors,
      ...descriptors,
      ...descriptors,
    ]);
  });

  test('fds: as strace --trace-fds', async ({ client, folder }) => {
    const argv = ['/bin/sh', '-c', 'echo one; exec 5</etc/passwd; read line <&5; exec 5<&-'];
    const capture = { filter: { fds: [1, 5] } };
    const trace = await traceToEnd(client, launch(argv, { capture }, { cwd: folder }));
    const { log } = await underStrace(argv, folder, ['--trace-fds=1,5', '-e', 'signal=none']);
    const names = exits(trace.records).map(({ syscall }) => syscall);
    expect(names.length).toBeGreaterThan(3);
    expect(names).toEqual(namesOf(log));
  });

  test('a subscriber may ask for paths that the session did not keep before', async ({
    client,
    folder,
  }) => {
    writeFileSync(`${folder}/file`, '');
    const session = await create(client, launching(['/bin/cat', `${folder}/file`, '/etc/passwd']));
    await ended(session);
    const stream = new Subscription(client, {
      session: session.name,
      filter: { paths: [`${folder}/file`], kinds: calls },
    });
    await stream.finish();
    // Nothing that could match is left out.
    expect(stream.records.some(({ text }) => text.includes(`${folder}/file`))).toBe(true);
    // Of a call that uses no file, that is known all the same.
    const names = new Set(stream.records.map(({ syscall }) => syscall));
    expect([...names].filter((name) => ['brk', 'munmap', 'exit_group'].includes(name))).toEqual([]);
  });
});

test('pids: of the process or the thread', async ({ client }) => {
  await using program = await startFixture('echo-lines');
  const filter = { pids: [program.pid] };
  await using session = await create(client, attaching(program.pid, { capture: { filter } }));
  await using stream = new Subscription(client, { session: session.name });
  await stream.started();
  await program.ask('hello', 'hello');
  await stream.until('a write', () => stream.records.some(({ syscall }) => syscall === 'write'));
  const other = { pids: [process.pid] };
  const { effectiveSerial } = await session.update({ capture: { filter: other } });
  await program.ask('again', 'again');
  await stream.until('the change', () => stream.position >= effectiveSerial);
  expect(stream.records.at(-1)).toMatchObject({
    serial: effectiveSerial,
    kind: RecordKind.RULES_CHANGED,
  });
});

describe('UpdateSession', () => {
  test('the new filter holds from its serial on, while threads call flat out', async ({
    client,
  }) => {
    await using program = await startFixture('thread-maker', '200000');
    await using session = await create(
      client,
      attaching(program.pid, {
        capture: { filter: { syscalls: ['/^(clone|exit)'], kinds: calls } },
      }),
    );
    await using stream = new Subscription(client, { session: session.name });
    await stream.until('records', () => stream.records.length > 100);
    const { session: updated, effectiveSerial } = await session.update(
      {
        capture: { filter: { syscalls: ['mprotect', 'munmap', 'madvise', 'rseq'], kinds: calls } },
      },
      ['capture.filter'],
    );
    expect(updated?.capture?.filter?.syscalls).toContain('rseq');
    const later = () => stream.records.filter(({ serial }) => serial > effectiveSerial);
    await stream.until('records of the new filter', () => later().length > 100);
    const before = stream.records.filter(({ serial }) => serial < effectiveSerial);
    expect(before.every(({ syscall }) => /^(clone|exit)/.test(syscall))).toBe(true);
    expect(later().every(({ syscall }) => /^(mprotect|munmap|madvise|rseq)$/.test(syscall))).toBe(
      true,
    );
    const marks = stream.records.filter(({ kind }) => kind === RecordKind.RULES_CHANGED);
    expect(marks.map(({ serial }) => serial)).toEqual([effectiveSerial]);
  });

  test('a call that is under way follows it too', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(
      client,
      attaching(program.pid, { capture: { filter: { syscalls: ['write'] } } }),
    );
    await using stream = new Subscription(client, { session: session.name });
    await stream.started();
    await program.ask('one', 'one');
    await stream.until('its write', () => exits(stream.records).length > 0);
    await session.update({ capture: { filter: { syscalls: ['read'] } } });
    await program.ask('two', 'two');
    const read = await stream.until('the read', () =>
      exits(stream.records).find(({ syscall }) => syscall === 'read'),
    );
    expect(read).toMatchObject({ enterSerial: 0n });
    expect(read.text).toContain('read(0, "');
  });

  test('a filter that is not acceptable changes nothing', async ({ client }) => {
    await using program = await startFixture('echo-lines');
    await using session = await create(client, attaching(program.pid));
    const { code, details } = await refusal(
      session.update({ capture: { filter: { syscalls: ['nosuchcall'] } } }),
    );
    expect(code).toBe(3);
    expect(details).toContain('UNKNOWN_SYSCALL: nosuchcall');
    expect((await session.get()).etag).toBe(session.created.etag);
  });

  test('of a session that has ended is refused', async ({ client }) => {
    const session = await create(client, launching(['/bin/true']));
    await ended(session);
    const { details } = await refusal(session.update({ capture: { filter: {} } }));
    expect(details).toMatch(/^SESSION_ENDED/);
  });
});
