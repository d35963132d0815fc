/** From command lines to requests. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/bytes.js';
import { captureOptions } from '../../src/cli/capture-options.js';
import { embeddedLaunch, remoteLaunch } from '../../src/cli/launch-target.js';
import { COMMON_OPTIONS, LAUNCH_OPTIONS, parseOptions } from '../../src/cli/options.js';
import { printerOptions } from '../../src/cli/trace-run.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { OverflowPolicy, StdioMode } from '../../src/client/index.js';

const parse = (...args: string[]) => parseOptions(args, { ...COMMON_OPTIONS, ...LAUNCH_OPTIONS });
const SERVER = 'unix:/s';
const capture = (...args: string[]) => captureOptions(parse(...args).values, undefined);
const remoteCapture = (...args: string[]) => captureOptions(parse(...args).values, SERVER);

describe('options', () => {
  it.each([
    [
      ['ls', '-l'],
      ['ls', '-l'],
    ],
    [
      ['--', 'ls', '--', '-l'],
      ['ls', '--', '-l'],
    ],
    [
      ['-f', '-o', 'file', 'ls', '-o', 'x'],
      ['ls', '-o', 'x'],
    ],
    [['-ofile', '-s100', 'ls'], ['ls']],
    [['--output=file', '--', '--help'], ['--help']],
    [
      ['-q', '-q', '-vf', 'ls', '--bogus'],
      ['ls', '--bogus'],
    ],
    [[], []],
  ])('%j leave %j to the command', (args, operands) => {
    expect(parse(...args).operands).toEqual(operands);
  });

  it.each([
    [['--bogus', 'ls'], "unrecognized option '--bogus'"],
    [['--ouptut=x', 'ls'], "unrecognized option '--ouptut'; did you mean '--output'?"],
    [['--raw=open', 'ls'], "option '--raw' of strace is not supported"],
    [['-x', 'ls'], "option '-x' of strace is not supported"],
    [['-fx', 'ls'], "option '-x' of strace is not supported"],
    [['-fß', 'ls'], "unrecognized option '-ß'"],
    [['--silent', 'ls'], "unrecognized option '--silent'; did you mean '--quiet'?"],
    [['-p', '1'], "option '-p' is not for this command: use 'ptracectl attach PID'"],
    [['-o'], "option '-o, --output <value>' argument missing"],
    [['--help=yes'], "option '-h, --help' does not take an argument"],
  ])('%j are refused in one line', (args, message) => {
    expect(() => parse(...args)).toThrow(new UsageError(message));
  });
});

describe('what is recorded', () => {
  it('is everything, as strace -f does', () => {
    expect(capture()).toMatchObject({
      maxStringBytes: 32,
      unabbreviated: false,
      filter: {},
      follow: { noThreads: false, noProcesses: false },
      overflow: OverflowPolicy.UNSPECIFIED,
    });
  });

  it.each([
    ['open', ['open']],
    ['trace=open,close', ['open', 'close']],
    ['t=%file,?foo,/^stat', ['%file', '?foo', '/^stat']],
    ['!open,close', ['!open', '!close']],
    ['trace=!%memory', ['!%memory']],
    ['trace=none', ['none']],
    ['none', ['none']],
    ['!all', ['!all']],
  ])('-e %s is %j', (expression, syscalls) => {
    expect(capture('-e', expression).filter).toEqual({ syscalls });
  });

  it.each([
    ['trace-fds=77', { fds: [77] }],
    ['fd=0,2', { fds: [0, 2] }],
    ['status=successful', { successfulOnly: true }],
    ['status=failed', { failedOnly: true }],
    ['status=all', {}],
  ])('-e %s stays, whatever stands beside it', (expression, filter) => {
    const both = { syscalls: ['close'], ...filter };
    expect(capture('-e', expression, '-e', 'trace=close').filter).toEqual(both);
    expect(capture('-e', 'trace=close', '-e', expression).filter).toEqual(both);
    expect(
      capture(`--${expression.replace(/^fd=/, 'trace-fds=')}`, '--trace=close').filter,
    ).toEqual(both);
  });

  const qualifiers = 'abbrev a verbose v raw x signal signals s read reads r write writes w';
  const others = 'kvm decode-fds decode-fd decode-pids namespace quiet silent silence q';
  it.each(`${qualifiers} ${others}`.split(' '))('-e %s= is refused by name', (name) => {
    for (const args of [
      ['-e', `${name}=all`],
      ['-e', `${name}=all`, '-e', 'trace=close'],
      ['-e', 'trace=close', '-e', `${name}=all`],
    ]) {
      expect(() => capture(...args)).toThrow(new UsageError(`-e ${name}= is not supported`));
    }
  });

  it.each([
    ['bogus-thing=x', "invalid -e qualifier: 'bogus-thing'"],
    ['bogus=x', "invalid -e qualifier: 'bogus'"],
    ['constructor=x', "invalid -e qualifier: 'constructor'"],
    ['trace_fds=1', "invalid -e qualifier: 'trace_fds'; did you mean 'trace-fds'?"],
    ['injcet=open', "invalid -e qualifier: 'injcet'; did you mean 'inject'?"],
    ['trace-fds=', "invalid -e trace-fds argument: '' (numbers of descriptors)"],
    ['fd=1,x', "invalid -e trace-fds argument: '1,x' (numbers of descriptors)"],
    ['fd=!1', '-e trace-fds=!1 is not supported: name the descriptors'],
    ['status=failde', "invalid -e status argument: 'failde'; did you mean 'failed'?"],
    ['status=none', '-e status=none is not supported: only successful, failed and all are'],
    ['status=!failed', '-e status=!failed is not supported: only successful, failed and all are'],
  ])('-e %s is refused, whatever stands beside it', (expression, message) => {
    for (const args of [
      ['-e', expression],
      ['-e', expression, '-e', 'trace=close'],
      ['-e', 'trace=close', '-e', expression],
    ]) {
      expect(() => capture(...args)).toThrow(new UsageError(message));
    }
  });

  it('is no byte of strings with -s 0', () => {
    expect(capture('-s', '0')).toMatchObject({ noStrings: true });
    expect(capture('-s', '0')).not.toHaveProperty('maxStringBytes');
  });

  it('is not both what -P and what trace-fds say', () => {
    expect(() => capture('-P', '/etc', '-e', 'fd=1')).toThrow('-P and -e trace-fds together');
  });

  it('is what the last set says', () => {
    expect(capture('-e', 'open', '--trace=close').filter).toEqual({ syscalls: ['close'] });
    expect(capture('--trace=close', '-e', 'open').filter).toEqual({ syscalls: ['open'] });
    expect(capture('-e', 'open', '-e', 'all').filter).toEqual({});
  });

  it('can be limited to the first task', () => {
    expect(capture('--no-follow').follow).toEqual({ noThreads: true, noProcesses: true });
  });

  it.each([
    ['-e', 'inject=open:error=EPERM:when=0'],
    ['-e', 'open,,close'],
    ['-e', ''],
    ['-e', '!'],
    ['-s', '1048577'],
    ['-s', '-1'],
    ['-s', '1e3'],
    ['-s', ''],
    ['--overflow', 'sometimes'],
  ])('%s %j makes no sense', (option, value) => {
    expect(() => capture(`${option}${option.startsWith('--') ? '=' : ''}${value}`)).toThrow(
      UsageError,
    );
  });

  it('cannot be followed and not followed', () => {
    expect(() => capture('-f', '--no-follow')).toThrow(UsageError);
  });

  it('has one file for all processes', () => {
    expect(() => capture('-ff', '-o', 'x')).toThrow(/^unsupported option -ff: /);
    expect(() => capture('-f', '--follow-forks')).toThrow(UsageError);
  });

  it('is as it is given and below our directory, or an absolute one of a server elsewhere', () => {
    const paths = ['-P', 'a/../b', '-P', '/x'];
    expect(capture(...paths).filter).toEqual({ paths: ['a/../b', resolve('b'), '/x'] });
    expect(remoteCapture('-P', '/x').filter).toEqual({ paths: ['/x'] });
    expect(() => remoteCapture(...paths)).toThrow(
      new UsageError("-P must be absolute on a --server: 'a/../b'"),
    );
    expect(() => capture('-P', '')).toThrow(UsageError);
  });
});

/** Bytes with a character for each. */
const latin1 = (bytes?: Uint8Array) => Buffer.from(bytes ?? []).toString('latin1');

describe('a command of our own server', () => {
  const launch = (...args: string[]) => embeddedLaunch(['ls'], parse(...args).values);

  it("has the user's environment, directory and streams", () => {
    expect(launch()).toMatchObject({
      argv: ['ls'],
      cwd: process.cwd(),
      stdin: StdioMode.INHERIT,
      stdout: StdioMode.INHERIT,
      stderr: StdioMode.INHERIT,
    });
    const environ = readFileSync('/proc/self/environ', 'utf8').split('\0').slice(0, -1);
    expect(launch()).toMatchObject({ env: environ, exactEnv: true });
  });

  it('has what was changed of them', () => {
    const { env = [], cwd } = launch('-E', 'PATH', '-EA=1=2', '-E', 'A=3', '--cwd', 'sub');
    expect(env.some((entry) => entry.startsWith('PATH='))).toBe(false);
    expect(env.filter((entry) => entry.startsWith('A='))).toEqual(['A=3']);
    expect(cwd).toBe(resolve('sub'));
  });

  it('runs as the user it is told to', () => {
    for (const user of ['1000', 'nobody']) {
      expect(launch('-u', user)).toMatchObject({ user });
      expect(launch('-u', user)).not.toHaveProperty('uid');
    }
    expect(launch('-u1000:0')).toMatchObject({ uid: 1000, gid: 0 });
  });

  it('has bytes where they are not UTF-8', () => {
    const odd = fromBytes(Buffer.from('A\xff', 'latin1'));
    const { argv, argvBytes = [] } = embeddedLaunch(['ls', odd], parse().values);
    expect(argv).toBeUndefined();
    expect(argvBytes.map(latin1)).toEqual(['ls', 'A\xff']);
    const { env, envBytes, cwdBytes } = launch('-E', `${odd}=`, '-E', `${odd}=1`, '--cwd', odd);
    expect(env).toBeUndefined();
    expect(latin1(envBytes?.at(-1))).toBe('A\xff=1');
    expect(latin1(cwdBytes)).toBe(`${process.cwd()}/A\xff`);
    expect(launch('-E', `${odd}=1`, '-E', odd).envBytes).toBeUndefined();
    expect(capture('-P', odd, '-P', '/').filter).toMatchObject({
      pathsBytes: ['A\xff', `${process.cwd()}/A\xff`, '/'].map((it) => Buffer.from(it, 'latin1')),
    });
  });

  it('refuses bytes where text is meant', () => {
    const odd = fromBytes(Buffer.from('x\xff', 'latin1'));
    expect(() => parse('-e', odd)).toThrow(
      new UsageError(`invalid --expression argument: '${odd}' (must be UTF-8)`),
    );
    expect(() => parse('--label', odd)).toThrow(UsageError);
  });

  it.each([['-u1:x'], ['-u1:2:3'], ['-u:1'], ['-u'], ['-E=1'], ['--inherit-env']])(
    'refuses %s',
    (option) => {
      expect(() => launch(option === '-u' ? '--user=' : option)).toThrow(UsageError);
    },
  );
});

describe('a command of a server elsewhere', () => {
  const launch = (...args: string[]) => remoteLaunch(['ls'], parse(...args).values);

  it('keeps capabilities where that is asked for', () => {
    expect(launch('--keep-capabilities')).toMatchObject({ keepCapabilities: true });
  });

  it('starts with nothing but a PATH, and its output comes back', () => {
    expect(launch()).toEqual({
      argv: ['ls'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      inheritEnv: false,
      keepCapabilities: false,
      cwd: '',
      stdin: StdioMode.PIPE,
      stdout: StdioMode.CAPTURE,
      stderr: StdioMode.CAPTURE,
    });
  });

  it('has what it is given', () => {
    expect(launch('-EPATH=/bin', '-E', 'A=1', '--cwd=/tmp')).toMatchObject({
      env: ['PATH=/bin', 'A=1'],
      cwd: '/tmp',
    });
    expect(launch('--inherit-env', '-EA=1')).toMatchObject({ env: ['A=1'], inheritEnv: true });
  });

  it.each([['-EA'], ['--cwd=sub']])('refuses %s', (option) => {
    expect(() => launch(option)).toThrow(UsageError);
  });
});

describe('the look of lines', () => {
  const look = (kind: Parameters<typeof printerOptions>[1], ...args: string[]) =>
    printerOptions(parse(...args).values, kind);

  it.each([
    ['launch', [], { prefix: 'several', showAttach: true, showExit: true, resultColumn: 40 }],
    ['launch', ['-oF'], { prefix: 'always', showAttach: false, showExit: true }],
    ['launch', ['-oF', '--no-follow'], { prefix: 'never' }],
    ['attach', ['-oF'], { prefix: 'always', showAttach: true }],
    ['attach', ['-oF', '--no-follow'], { prefix: 'never' }],
    ['attach-several', ['-oF', '--no-follow'], { prefix: 'always' }],
    ['launch', ['-q'], { showAttach: false, showExit: true }],
    ['launch', ['-q', '-q', '-a10'], { showAttach: false, showExit: false, resultColumn: 10 }],
  ] as const)('%s %j', (kind, args, expected) => {
    expect(look(kind, ...args)).toMatchObject(expected);
  });
});
