/**
 * `record` and `replay`: what is replayed is, byte for byte, what the live stream prints. Real programs are
 * recorded; a server that sends a recording's frames gives the live stream that it is compared with.
 */

import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { create, fromBinary, fromJsonString, toBinary } from '@bufbuild/protobuf';
import { sizeDelimitedDecodeStream } from '@bufbuild/protobuf/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  delimited,
  EndCause,
  LossReason,
  type TraceRecord,
  type TraceResponse,
  TraceResponseSchema,
} from '../../src/client/index.js';
import { eventually } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { startFixture } from '../support/program.js';
import { type CliResult, finishCli, runCli, startCli } from '../support/ptracectl.js';
import { FakeServer } from '../unit/client-fake-server.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  file = `${folder}/recording`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The frames of a recording, read by protobuf's own reader. */
async function framesOf(path: string): Promise<TraceResponse[]> {
  const frames: TraceResponse[] = [];
  const chunks = (async function* () {
    yield readFileSync(path);
  })();
  for await (const frame of sizeDelimitedDecodeStream(TraceResponseSchema, chunks)) {
    frames.push(frame);
  }
  return frames;
}

function recordsOf(frames: readonly TraceResponse[]): TraceRecord[] {
  return frames.flatMap(({ frame }) => (frame.case === 'batch' ? frame.value.records : []));
}

/** What `command` of ptracectl prints of these frames as they come from a server. */
async function live(frames: readonly TraceResponse[], ...command: string[]): Promise<CliResult> {
  await using server = await FakeServer.start((call) => {
    for (const frame of frames) {
      call.write(Buffer.from(toBinary(TraceResponseSchema, frame)));
    }
    call.end();
  });
  return withoutPlace(await runCli(server.address, ...command));
}

/** Only a live run says where its command runs. */
function withoutPlace(result: CliResult): CliResult {
  const stderr = result.stderr.replace(/^ptracectl: the command runs at .*\n/, '');
  return { ...result, stderr };
}

const sh = (script: string): string[] => ['sh', '-c', script];

const PROGRAMS: [string, string[], RegExp][] = [
  ['one process', ['ls', '-l', '/'], /^openat\(AT_FDCWD/m],
  ['a signal', sh('trap "echo got" USR1; kill -USR1 $$; kill -TERM $$'), /^--- SIGUSR1 \{/m],
  [
    'a pipeline',
    sh('ls / | sort | wc -l; sleep 0.05 & wait'),
    /^\[pid +\d+\] <\.\.\. \w+ resumed>/m,
  ],
  ['threads', [fixture('threads'), '40'], /<unfinished \.\.\.>$/m],
  ['an exec of a thread', [fixture('exec-from-thread'), '3'], /superseded by execve in pid/],
  ['signals of all kinds', [fixture('signal-kinds')], /^--- SIGSEGV \{/m],
  ['group-stops', [fixture('group-stop')], /--- stopped by SIGSTOP ---/],
  ['output that fills pipes', sh('head -c 300000 /dev/zero | tr "\\0" x; echo oops >&2'), /oops/],
];

describe.each(PROGRAMS)('%s', (_, command, shows) => {
  it('is recorded with its end, and replayed as it would have been printed', async () => {
    const untraced = await runCli(undefined, 'trace', '-o/dev/null', '--', ...command);
    const recorded = await runCli(undefined, 'record', file, '--', ...command);
    expect(recorded.end).toBe(untraced.end);

    const frames = await framesOf(file);
    expect(frames[0]?.frame.case).toBe('header');
    expect(frames.at(-1)?.frame).toMatchObject({
      case: 'ended',
      value: { cause: EndCause.TRACEES_EXITED },
    });
    const printed = await live(frames, 'trace', '--', ...command);
    expect(printed.stderr).toMatch(shows);
    const { stdout, stderr } = printed;
    expect(await runCli(undefined, 'replay', file)).toEqual({ stdout, stderr, end: 0 });

    const [ours, theirs] = [`${folder}/replayed`, `${folder}/live`];
    const toFile = await live(frames, 'trace', '-a30', '-q', '-o', theirs, '--', ...command);
    const replayed = await runCli(undefined, 'replay', '-a30', '-q', '-o', ours, file);
    expect(replayed).toEqual({ stdout: toFile.stdout, stderr: toFile.stderr, end: 0 });
    expect(readFileSync(ours, 'utf8')).toBe(readFileSync(theirs, 'utf8'));
  });
});

describe('a recording', () => {
  /** Of a program whose records are spread over several frames, with losses in between. */
  async function withLosses(): Promise<TraceResponse[]> {
    await runCli(undefined, 'record', file, '--', 'sh', '-c', 'ls / >/dev/null & wait');
    const frames = await framesOf(file);
    const records = recordsOf(frames);
    const [first, last] = [frames[0], frames.at(-1)];
    const parts = [records.slice(0, 20), records.slice(25, 60), records.slice(61)];
    const batches = parts.map((part) =>
      create(TraceResponseSchema, {
        frame: { case: 'batch', value: { records: part, lastSerial: part.at(-1)?.serial ?? 0n } },
      }),
    );
    const lost = (count: bigint, firstSerial: bigint) =>
      create(TraceResponseSchema, {
        frame: {
          case: 'lost',
          value: {
            count,
            firstSerial,
            lastSerial: firstSerial + count - 1n,
            reason: LossReason.SUBSCRIBER_SLOW,
          },
        },
      });
    expect(records.length).toBeGreaterThan(70);
    const [one, two, three] = batches;
    return [first, one, lost(5n, 21n), two, lost(1n, 61n), three, last].filter(
      (frame) => frame !== undefined,
    );
  }

  it('with losses is recorded and replayed with them', async () => {
    const frames = await withLosses();
    await using server = await FakeServer.start((call) => {
      for (const frame of frames) {
        call.write(Buffer.from(toBinary(TraceResponseSchema, frame)));
      }
      call.end();
    });
    const recorded = await runCli(server.address, 'record', '-q', file, '--', 'x');
    expect(recorded).toMatchObject({ stderr: '' });
    expect(await framesOf(file)).toEqual(frames);
    const { stdout, stderr } = withoutPlace(await runCli(server.address, 'trace', '--', 'x'));
    expect(stderr).toContain('ptracectl: 5 records lost: they came faster than they were taken\n');
    expect(stderr).toContain('ptracectl: 1 record lost: they came faster than they were taken\n');
    expect(await runCli(undefined, 'replay', file)).toEqual({ stdout, stderr, end: 0 });
  });

  it('of an attached process has its threads, and ends with us', async () => {
    await using program = await startFixture('echo-lines');
    const cli = startCli(undefined, 'record', file, '-p', String(program.pid));
    await eventually('an attached process', () => {
      const status = readFileSync(`/proc/${program.pid}/status`, 'latin1');
      return /^TracerPid:\s*[1-9]/m.test(status) && statSync(file).size > 0;
    });
    program.send('hello');
    expect(await program.line()).toBe('hello');
    await eventually('the write in the file', () => readFileSync(file).includes('hello'));
    cli.kill('SIGINT');
    expect(await finishCli(cli)).toEqual({ stdout: '', stderr: '', end: 'SIGINT' });
    program.send('after');
    expect(await program.line()).toBe('after');

    const frames = await framesOf(file);
    expect(frames[0]?.frame).toMatchObject({ value: { attachedTids: [program.pid] } });
    expect(frames.at(-1)?.frame).toMatchObject({ value: { cause: EndCause.UNSPECIFIED } });
    const { stderr, end } = await runCli(undefined, 'replay', file);
    expect(end).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `^ptracectl: Process ${program.pid} attached\\n.*write\\(1, "hello\\\\n", 6\\) +` +
          `= 6\\n.*ptracectl: Process ${program.pid} detached\\n$`,
        's',
      ),
    );
  });

  it('is printed as JSON that protobuf reads back', async () => {
    const frames = await withLosses();
    writeFileSync(
      file,
      Buffer.concat(frames.map((frame) => delimited(toBinary(TraceResponseSchema, frame)))),
    );
    const { stdout, stderr, end } = await runCli(undefined, 'replay', '--json', file);
    expect({ stderr, end }).toEqual({ stderr: '', end: 0 });
    const lines = stdout.trimEnd().split('\n');
    const read = lines.map((line) => fromJsonString(TraceResponseSchema, line));
    expect(recordsOf(read)).toEqual(recordsOf(frames));
    const others = (all: TraceResponse[]) => all.filter(({ frame }) => frame.case !== 'batch');
    expect(others(read)).toEqual(others(frames));
    expect(lines.filter((line) => line.includes('"batch"'))).toHaveLength(recordsOf(frames).length);
  });

  it('is not replayed onto itself, by whatever name', async () => {
    writeFileSync(file, 'a recording');
    symlinkSync(file, `${file}-too`);
    for (const name of [file, `${file}-too`]) {
      const { stderr, end } = await runCli(undefined, 'replay', '-o', name, file);
      expect(stderr).toContain(`-o must not be the recording itself: '${file}'`);
      expect(end).toBe(2);
    }
    expect(readFileSync(file, 'utf8')).toBe('a recording');
  });

  it('of a newer version is replayed without what is new', async () => {
    await runCli(undefined, 'record', file, '--', 'true');
    const expected = await runCli(undefined, 'replay', file);
    const frames = await framesOf(file);
    // Field 99 in every frame, and a frame of which nothing is known.
    const field = Buffer.from([0x9a, 0x06, 0x01, 0x78]);
    const newer = frames.flatMap((frame) => [
      delimited(Buffer.concat([toBinary(TraceResponseSchema, frame), field])),
      ...(frame.frame.case === 'ended' ? [] : [delimited(field)]),
    ]);
    writeFileSync(file, Buffer.concat(newer));
    expect(fromBinary(TraceResponseSchema, field).frame.case).toBeUndefined();
    expect(await runCli(undefined, 'replay', file)).toEqual(expected);
  });

  it('that breaks off is printed up to there', async () => {
    await runCli(undefined, 'record', file, '--', 'true');
    const whole = readFileSync(file);
    const { stderr } = await runCli(undefined, 'replay', file);
    const lines = stderr.split('\n');
    writeFileSync(file, whole.subarray(0, -1));
    const cut = await runCli(undefined, 'replay', file);
    expect(cut).toMatchObject({ stdout: '', end: 1 });
    expect(cut.stderr.split('\n').slice(0, lines.length - 1)).toEqual(lines.slice(0, -1));
    expect(cut.stderr).toMatch(/\nptracectl: '[^']*': it breaks off in the frame at byte \d+\n$/);
  });

  it.each([
    ['text', 'execve("/bin/true") = 0\n', 'it is no recording of a trace'],
    ['nothing', '', 'it is empty'],
  ])('is not %s', async (_, content, why) => {
    writeFileSync(file, content);
    expect(await runCli(undefined, 'replay', file)).toEqual({
      stdout: '',
      stderr: `ptracectl: cannot replay '${file}': ${why}\n`,
      end: 1,
    });
  });

  it('is not a folder, nor what is not there', async () => {
    const absent = await runCli(undefined, 'replay', `${folder}/none`);
    expect(absent.stderr).toBe(
      `ptracectl: cannot read '${folder}/none': no such file or directory\n`,
    );
    expect(absent.end).toBe(1);
    const directory = await runCli(undefined, 'replay', folder);
    expect(directory.stderr).toContain('illegal operation on a directory\n');
    expect(directory.end).toBe(1);
    const unwritable = await runCli(undefined, 'record', `${folder}/no/file`, 'true');
    expect(unwritable.stderr).toBe(
      `ptracectl: cannot open '${folder}/no/file': no such file or directory\n`,
    );
    expect(unwritable.end).toBe(1);
  });
});
