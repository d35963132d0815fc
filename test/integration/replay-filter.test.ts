/**
 * `replay` with options prints, of what was recorded whole, what the live stream with the same options has. A
 * shell starts each command, since options need not be UTF-8; in it, "$odd" is the name "x\xff".
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, delimited, TraceResponseSchema } from '../../src/client/index.js';
import { patience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { cliProgram } from '../support/paths.js';
import { commandEnvironment, run } from '../support/program.js';
import { runCli } from '../support/ptracectl.js';
import { type Server, startServer } from '../support/server.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-replay-`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const PROLOGUE = "odd=$(printf 'x\\377') PTRACED_SERVER=; export odd PTRACED_SERVER; ";

/** Runs a script of sh in the folder `work`. */
async function sh(script: string, work: string): Promise<void> {
  const { code, stderr } = await run(['sh', '-c', `${PROLOGUE}set -e; ${script}`], work);
  expect({ code, stderr: String(stderr) }).toEqual({ code: 0, stderr: '' });
}

/** Makes what the programs use. */
function furnish(work: string): void {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(`${work}/below/deep`, { recursive: true });
  writeFileSync(`${work}/wanted`, 'text');
  symlinkSync('below', `${work}/link-to-folder`);
  writeFileSync(Buffer.from(`${work}/x\xff`, 'latin1'), 'odd');
}

const linesOf = (file: string) => readFileSync(`${folder}/${file}`, 'latin1').split('\n');

const isCall = (line: string) => /^\d+ +\w+\(/.test(line);

/** Options that no call fits. */
const MATCHES_NONE = ['-P W/nothing-there', '--trace-fds=77'];

describe('what a session has recorded is replayed as a subscriber with these options gets it', () => {
  /** Several processes that use files below W, some by names that are not UTF-8, and other files. */
  const script = `
    exec >/dev/null 2>&1
    cat wanted "$odd" ./link-to-folder/../wanted /etc/hostname
    (cd below; cat ../wanted; echo 1 >"$odd"; cat wanted; :)
    exec 5<"$odd" 7<below
    cat <&5
    '${fixture('paths')}' & ls | cat; wait
    rm "$odd"`;
  let server: Server;
  let name = '';
  beforeAll(async () => {
    const work = `${folder}/session`;
    furnish(work);
    server = await startServer({ label: 'replay-filter' });
    await using client = await connect(server.address);
    const env = Object.entries(commandEnvironment()).map(([key, value]) => `${key}=${value}`);
    await using session = await client.createSession({
      target: {
        case: 'launch',
        value: { argv: ['sh', '-c', PROLOGUE + script], cwd: work, env },
      },
      capture: { files: true },
    });
    ({ name } = session);
    const recorded = await runCli(server.address, 'record', `--session=${name}`, `${work}.rec`);
    expect(recorded).toMatchObject({ end: 0 });
    furnish(work);
  }, timeout);
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    '-P W/wanted',
    '-P W',
    '-P W/',
    '-P W/below/../wanted',
    '-P W/below/deep -P /etc/hostname',
    '-P W/link-to-folder',
    '-P W/link',
    '-P /',
    '-P W/nothing-there',
    '-P W/"$odd"',
    '-P W/"$odd" -P W/wanted',
    '-e trace-fds=3',
    '-e trace-fds=5,7',
    '--trace-fds=77',
    '-P W/wanted -z',
    '-P W -Z',
    '-P W -e trace=%file',
    '-e trace=!openat -e fd=1 -e status=successful',
    '-e trace=poll,read,close -P W/wanted',
    '-z',
    '-e status=failed -e %file',
  ])('%s', { timeout }, async (options) => {
    const work = `${folder}/session`;
    const given = options.replaceAll('W', '"$PWD"');
    await sh(
      `'${cliProgram}' subscribe --server '${server.address}' -q -o ../live ${given} ${name}
       '${cliProgram}' replay -q -o ../replayed ${given} ../session.rec`,
      work,
    );
    const live = linesOf('live');
    expect(linesOf('replayed')).toEqual(live);
    expect(live.some(isCall)).toBe(!MATCHES_NONE.includes(options));
  });
});

/** Runs a fixture in a folder that is the same each time. */
async function traced(tracer: string, program: string): Promise<void> {
  furnish(`${folder}/trace`);
  await sh(`'${cliProgram}' ${tracer} '${fixture(program)}'`, `${folder}/trace`);
}

/** Lines without addresses, ids, times of access, and the columns that depend on their width. */
const fixed = (file: string) =>
  linesOf(file).map((line) =>
    line
      .replace(/0x[0-9a-f]{6,}/g, 'ADDRESS')
      .replace(/^\d+ +/, 'TID ')
      .replace(/st_atime(_nsec)?=\d+( \/\*.*?\*\/)?/g, 'st_atime')
      .replace(/ += /, ' = ')
      .replace(/^(.*set_tid_address.* = )\d+/, '$1TID'),
  );

describe('what a command does is replayed as a trace with these options prints it', () => {
  it.each([
    '-P W/wanted',
    '-P wanted',
    '-P link',
    '-P ./wanted -P other',
    '-P below -Z',
    '-e trace-fds=4 -z',
  ])('%s', { timeout }, async (options) => {
    const given = options.replaceAll('W', '"$PWD"');
    await traced(`trace -q -o ../live ${given}`, 'paths');
    await traced('record ../trace.rec', 'paths');
    furnish(`${folder}/trace`);
    await sh(`'${cliProgram}' replay -q -o ../replayed ${given} ../trace.rec`, `${folder}/trace`);
    const live = fixed('live');
    expect(fixed('replayed')).toEqual(live);
    expect(live.length).toBeGreaterThan(4);
  });
});

describe('strings and arrays are as short as a trace prints them', () => {
  beforeAll(async () => {
    await traced('record -s 4096 ../strings.rec', 'strings');
    await traced('record -s 4096 -v ../whole.rec', 'strings');
    await traced('record ../short.rec', 'strings');
  }, timeout);

  const replay = (options: string) => sh(`'${cliProgram}' replay -q ${options}`, folder);

  it.each([
    ['strings', '-s 0'],
    ['strings', '-s 1'],
    ['strings', '-s 2'],
    ['strings', '-s 3'],
    ['strings', '-s 5'],
    ['strings', '-s 7'],
    ['strings', '-s 8'],
    ['strings', '-s 9'],
    ['strings', '-s 32'],
    ['strings', '-s 4096'],
    ['whole', '-v -s 5'],
    ['short', '-s 6'],
    ['short', '-s 32'],
    ['strings', '-s 4 -P "$PWD"/wanted -z'],
  ])('%s: %s', { timeout }, async (recording, options) => {
    await traced(`trace -q -o ../live ${options}`, 'strings');
    const given = options.replace('-v ', '').replace('$PWD', '$PWD/trace');
    await replay(`-o replayed ${given} ${recording}.rec`);
    const live = fixed('live');
    expect(live.filter((line) => line.includes('...')).length).toBeGreaterThan(2);
    expect(fixed('replayed')).toEqual(live);
  });

  it('what was not recorded is not there, and one line says so', { timeout }, async () => {
    const whole = await runCli(undefined, 'replay', `${folder}/short.rec`);
    const { stderr, ...rest } = await runCli(
      undefined,
      'replay',
      '-s',
      '99',
      `${folder}/short.rec`,
    );
    expect({ stderr, ...rest }).toEqual({
      ...whole,
      stderr:
        `${whole.stderr}ptracectl: strings were recorded with at most 32 bytes: ` +
        "'ptracectl record -s 99' keeps more\n",
    });
    const few = await runCli(undefined, 'replay', '-s', '99', '-e', 'brk', `${folder}/short.rec`);
    expect(few.stderr).not.toContain('recorded');
  });

  it('JSON has the same text', { timeout }, async () => {
    const { stdout } = await runCli(undefined, 'replay', '--json', '-s2', `${folder}/short.rec`);
    expect(stdout).toContain('"text":"write(3, \\"pl\\"..., 69) = 69"');
    expect(stdout).not.toContain('"textSpans":[');
  });
});

describe('a recording without these parts', () => {
  /** A recording as another version has made it, or of a session that did not ask for them. */
  function write(file: string, capture?: { files: boolean; textSpans?: boolean }): void {
    const header = { session: 'sessions/x', ...(capture && { capture }) };
    const frames = [
      create(TraceResponseSchema, { frame: { case: 'header', value: header } }),
      create(TraceResponseSchema, { frame: { case: 'ended', value: { cause: 1 } } }),
    ];
    const bytes = frames.map((frame) => delimited(toBinary(TraceResponseSchema, frame)));
    writeFileSync(file, Buffer.concat(bytes));
  }

  it.each([undefined, { files: false }])('is refused for these options: %j', async (capture) => {
    const file = `${folder}/without`;
    write(file, capture);
    for (const [options, what, field] of [
      ['-P /etc', '-P looks at the files that calls use', 'files'],
      ['-e trace-fds=1', '-e trace-fds looks at the files that calls use', 'files'],
      ['-s 4', '-s looks at where strings stand in lines', 'text_spans'],
    ] as const) {
      expect(await runCli(undefined, 'replay', ...options.split(' '), file)).toEqual({
        stdout: '',
        stderr:
          `ptracectl: cannot replay '${file}': ${what}, which this recording is without; make one ` +
          `with 'ptracectl record', of a session one with capture.${field}\n`,
        end: 1,
      });
    }
    expect(await runCli(undefined, 'replay', '-z', file)).toMatchObject({ stderr: '', end: 0 });
    write(file, { files: true, textSpans: true });
    const all = ['-P', '/', '-s', '0'];
    expect(await runCli(undefined, 'replay', ...all, file)).toMatchObject({ stderr: '', end: 0 });
  });
});
