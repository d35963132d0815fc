/**
 * Arguments, environments, names and paths that are not UTF-8, over the API: they reach the command as they
 * are, and come back as they are. Each test has a sibling file named with U+FFFD, which a lossy copy hits.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect } from 'vitest';
import { displayBytes } from '../../src/bytes.js';
import { ControlService, type Process } from '../../src/gen/ptraced/v1/control_service_pb.js';
import { MemoryService } from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { RecordKind } from '../../src/gen/ptraced/v1/record_pb.js';
import type { LaunchSchema } from '../../src/gen/ptraced/v1/session_pb.js';
import { eventually } from '../support/eventually.js';
import { test } from '../support/harness.js';
import { commandEnvironment } from '../support/program.js';
import { type Client, refusal } from '../support/rpc.js';
import { create } from '../support/session.js';
import { Trace, type TraceInit, type TraceOptions, traceToEnd } from '../support/trace.js';

type LaunchInit = Omit<MessageInitShape<typeof LaunchSchema>, '$typeName'>;

/** Text in which "\xff" is that byte. */
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const environment = Object.entries(commandEnvironment()).map(([name, value]) => `${name}=${value}`);

function launching(value: LaunchInit, options: TraceOptions = {}): TraceInit {
  const env = value.env ?? (value.envBytes ? [] : environment);
  return { target: { case: 'launch', value: { ...value, env } }, ...options };
}

/** A file named with the byte 0xff, and one named as a lossy copy of that name. */
function twins(folder: string): { odd: Buffer; lossy: string } {
  const files = { odd: bytes(`${folder}/x\xff`), lossy: `${folder}/x\ufffd` };
  writeFileSync(files.odd, 'odd');
  writeFileSync(files.lossy, 'lossy');
  return files;
}

/** A copy of a program, to be run under a name that is not UTF-8. */
function oddProgram(folder: string, program: string): Buffer {
  const path = bytes(`${folder}/prog\xff\xfe`);
  copyFileSync(
    execFileSync('realpath', [`/usr/bin/${program}`])
      .toString()
      .trim(),
    path,
  );
  return path;
}

describe('a launched command', () => {
  test('removes the file that was named, and no other', async ({ client, folder }) => {
    const { odd, lossy } = twins(folder);
    const capture = { maxStringBytes: 4096 };
    const argvBytes = [bytes('rm'), odd];
    const trace = await traceToEnd(client, launching({ argvBytes }, { capture }));
    expect(trace.ended?.rootExit?.exitCode).toBe(0);
    expect([existsSync(odd), existsSync(lossy)]).toEqual([false, true]);
    expect(trace.records[0]?.text).toContain(`["rm", "${folder}/x\\377"]`);
  });

  test('has the arguments, also an empty one', async ({ client }) => {
    const argvBytes = ['c\xff', '-c', 'cat /proc/$$/cmdline', '', '\xfe'].map(bytes);
    const trace = await traceToEnd(client, launching({ argvBytes, executable: '/bin/sh' }));
    expect(trace.output(1)).toEqual(bytes('c\xff\0-c\0cat /proc/$$/cmdline\0\0\xfe\0'));
  });

  test('has the environment and the folder', async ({ client, folder }) => {
    const cwdBytes = bytes(`${folder}/\xfe\xff`);
    mkdirSync(cwdBytes);
    const envBytes = [bytes('PATH=/usr/bin:/bin'), bytes('N\xff=v\xfe'), bytes('E=')];
    const argv = ['sh', '-c', 'cat /proc/$$/environ; readlink /proc/self/cwd'];
    const trace = await traceToEnd(client, launching({ argv, envBytes, cwdBytes }));
    const output = trace.output(1).toString('latin1');
    expect(output).toContain('N\xff=v\xfe\0');
    expect(output.endsWith(`${folder}/\xfe\xff\n`)).toBe(true);
  });

  test('is found by a path, and in a PATH, that are not UTF-8', async ({ client, folder }) => {
    const executableBytes = oddProgram(folder, 'true');
    const byPath = await traceToEnd(client, launching({ argv: ['renamed'], executableBytes }));
    expect(byPath.ended?.rootExit?.exitCode).toBe(0);

    mkdirSync(bytes(`${folder}/bin\xff`));
    copyFileSync(executableBytes, bytes(`${folder}/bin\xff/odd\xfe`));
    const byName = launching({
      argvBytes: [bytes('odd\xfe')],
      envBytes: [bytes(`PATH=${folder}/bin\xff`)],
    });
    const trace = await traceToEnd(client, byName);
    expect(trace.ended?.rootExit?.exitCode).toBe(0);
    const exec = trace.ofKind(RecordKind.EXEC)[0]?.detail.value;
    expect(exec).toMatchObject({ exe: `${folder}/bin\\377/odd\\376` });
    expect(exec).toMatchObject({ exeBytes: bytes(`${folder}/bin\xff/odd\xfe`) });
  });

  test('that cannot start is named readably', async ({ client, folder }) => {
    const program = launching({ argvBytes: [bytes(`${folder}/\xff`)] });
    const noProgram = await refusal(traceToEnd(client, program));
    expect(noProgram.details).toContain(`EXECUTABLE_NOT_FOUND: ${folder}/\\377: `);
    const place = launching({ argv: ['true'], cwdBytes: bytes(`${folder}/\xff`) });
    expect((await refusal(traceToEnd(client, place))).details).toContain(`${folder}/\\377: chdir`);
  });

  test('has an exact environment, in its order', async ({ client }) => {
    const entries = ['PATH=/usr/bin:/bin', 'B=2', 'noequals', 'A=1', 'B=3', '=odd', 'PATH=/none'];
    const argv = ['cat', '/proc/self/environ'];
    const exact = await traceToEnd(client, launching({ argv, env: entries, exactEnv: true }));
    expect(exact.output(1)).toEqual(bytes(entries.map((entry) => `${entry}\0`).join('')));
    const both = launching({ argv, env: entries, exactEnv: true, inheritEnv: true });
    expect((await refusal(traceToEnd(client, both))).details).toContain('launch.exact_env');
  });
});

test.for<[string, LaunchInit]>([
  ['argv_bytes', { argv: ['true'], argvBytes: [bytes('true')] }],
  ['executable_bytes', { argv: ['a'], executable: 'true', executableBytes: bytes('true') }],
  ['env_bytes', { argv: ['true'], env: ['A=1'], envBytes: [bytes('A=1')] }],
  ['cwd_bytes', { argv: ['true'], cwd: '/', cwdBytes: bytes('/') }],
  ['argv_bytes[1]', { argvBytes: [bytes('true'), bytes('\0')] }],
  ['env_bytes[0]', { argv: ['true'], envBytes: [bytes('\xff')] }],
  ['cwd_bytes', { argv: ['true'], cwdBytes: bytes('\xff') }],
])('a wrong %s is FIELD_INVALID', async ([field, value], { client }) => {
  const { details } = await refusal(traceToEnd(client, launching(value)));
  expect(details).toContain('FIELD_INVALID');
  expect(details).toContain(`launch.${field}: `);
});

describe('a session', () => {
  test('repeats a request so that it can be sent again', async ({ client, folder }) => {
    const { odd } = twins(folder);
    const argvBytes = [bytes('cat'), odd, bytes('--token=\xff')];
    const request = { argvBytes, envBytes: [bytes('PATH=/bin'), bytes('A\xff=\xfe')] };
    const filter = { pathsBytes: [odd] };
    await using session = await create(client, {
      target: { case: 'launch', value: { ...request, startPaused: true } },
      capture: { filter },
    });
    const { target, capture } = session.created;
    expect(target.value).toMatchObject({
      argv: [],
      argvBytes: [bytes('cat'), odd, bytes('--token=[redacted]')],
      env: [],
      envBytes: [bytes('PATH=[redacted]'), bytes('A\xff=[redacted]')],
    });
    expect(capture?.filter).toMatchObject({ paths: [], pathsBytes: [odd] });
    const { session: updated } = await session.update(
      { capture: { filter: capture?.filter } } as never,
      ['capture.filter'],
    );
    expect(updated?.capture?.filter).toEqual(capture?.filter);
  });

  test('hides whole entries of an environment where they have no name', async ({ client }) => {
    const env = ['A=1', 'secret', '=x'];
    const launch = { argv: ['/bin/true'], env, exactEnv: true, startPaused: true };
    await using session = await create(client, { target: { case: 'launch', value: launch } });
    expect(session.created.target.value).toMatchObject({
      env: ['A=[redacted]', '[redacted]', '=[redacted]'],
      exactEnv: true,
    });
  });

  test('keeps the calls on a path that is not UTF-8', async ({ client, folder }) => {
    const { odd, lossy } = twins(folder);
    const argvBytes = [bytes('cat'), odd, Buffer.from(lossy)];
    const capture = { filter: { pathsBytes: [odd], syscalls: ['openat'] } };
    const trace = await traceToEnd(client, launching({ argvBytes }, { capture }));
    const opened = trace.ofKind(RecordKind.EXIT).map(({ text }) => text);
    expect(opened).toHaveLength(1);
    expect(opened[0]).toContain(`"${folder}/x\\377"`);
    const both = { filter: { paths: ['/'], pathsBytes: [odd] } };
    const refused = await refusal(
      traceToEnd(client, launching({ argv: ['true'] }, { capture: both })),
    );
    expect(refused.details).toContain('FIELD_INVALID: capture.filter.paths_bytes: ');
  });

  test('has tasks, modules and probes whose names are not UTF-8', async ({ client, folder }) => {
    const program = oddProgram(folder, 'sleep');
    const argvBytes = [bytes('s\xff'), bytes('60')];
    const module = bytes('prog\xff\xfe');
    await using trace = new Trace(
      client,
      launching(
        { argvBytes, executableBytes: program },
        {
          capture: {
            probes: [
              {
                name: 'elf',
                at: { syscalls: ['clock_nanosleep'] },
                addressBytes: module,
                length: { case: 'bytes', value: 4 },
              },
            ],
          },
        },
      ),
    );
    const { memory } = await trace.enter('clock_nanosleep');
    expect(memory.map(({ data }) => Buffer.from(data))).toEqual([bytes('\x7fELF')]);
    const session = trace.header?.session ?? '';
    const pid = trace.header?.rootPid ?? 0;

    const { tasks } = await client.unary(ControlService.method.listTasks, { session });
    expect(tasks[0]).toMatchObject({ comm: 'prog\\377\\376', commBytes: module });

    const { mappings } = await client.unary(MemoryService.method.listMappings, { session, pid });
    const mapped = mappings.find(({ pathBytes }) => program.equals(pathBytes));
    expect(mapped?.path).toBe(displayBytes(program));
    expect(mappings.find(({ path }) => path === '[stack]')?.pathBytes).toHaveLength(0);

    const at = { case: 'atBytes' as const, value: module };
    const read = await client.unary(MemoryService.method.readMemory, {
      session,
      pid,
      location: at,
      size: 4,
    });
    expect(read).toMatchObject({ address: mapped?.start, data: bytes('\x7fELF') });
    const none = { case: 'atBytes' as const, value: bytes('none\xff') };
    const refused = await refusal(
      client.unary(MemoryService.method.readMemory, { session, pid, location: none, size: 4 }),
    );
    expect(refused.details).toContain("'none\\377' is no number, register or module");
  });
});

test('ListProcesses has arguments, name and executable as they are', async ({ client, folder }) => {
  const program = oddProgram(folder, 'sleep');
  // Node cannot pass such arguments on, a shell can.
  const script = `exec -a "$(printf 's\\377')" "$(printf '%s/prog\\377\\376' "$1")" 60 --`;
  const child = spawn('bash', ['-c', script, 'bash', folder], { stdio: 'ignore' });
  await once(child, 'spawn');
  try {
    const found = await eventually('the program', () => find(client, child.pid ?? 0, program));
    expect(found).toMatchObject({
      argv: ['s\\377', '60', '--'],
      argvBytes: [bytes('s\xff'), bytes('60'), bytes('--')],
      exe: displayBytes(program),
      comm: 'prog\\377\\376',
      commBytes: bytes('prog\xff\xfe'),
    });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** The process, once it runs that program. */
async function find(client: Client, pid: number, exe: Buffer): Promise<Process | undefined> {
  const request = { commRegex: '^prog\\\\377', pageSize: 1000 };
  const { processes } = await client.unary(ControlService.method.listProcesses, request);
  return processes.find((one) => one.pid === pid && exe.equals(one.exeBytes));
}
