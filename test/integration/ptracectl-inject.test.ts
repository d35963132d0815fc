/** `-e inject=` and `-e fault=` beside strace 7.2: the same lines, and the same to the program. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture, program32 } from '../support/fixtures.js';
import { cliProgram } from '../support/paths.js';
import { untraced } from '../support/proc.js';
import { type Run, run, startFixture } from '../support/program.js';
import { finishCli, runCli, startCli } from '../support/ptracectl.js';
import { test } from '../support/server-cli.js';
import { oracle } from '../support/strace.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  mkdirSync(`${folder}/in`);
  writeFileSync(`${folder}/in/file`, '');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What a run comes to; ids and addresses, which differ between runs, aside. */
interface Outcome {
  stdout: string;
  lines: string;
  end: number | string | null;
}

function comparable({ stdout, stderr, code, signal }: Run): Outcome {
  const lines = stderr
    .toString()
    .replaceAll(/^.*\/strace: (?:Inadvertent|Injected return value|Requested path) .*\n/gm, '')
    .replaceAll(/^ptracectl: task \d+: patch.*: E(?:INVAL|FAULT|IO)\n/gm, '')
    .replaceAll(/\/[^\s"]*\/strace: poke_tcb: .*\n/g, '')
    .replaceAll(/\[pid +\d+\]/g, '[pid]')
    .replaceAll(/0x[0-9a-f]{5,}/g, 'ADDRESS')
    .replaceAll(/si_pid=\d+/g, 'si_pid=PID');
  return { stdout: stdout.toString(), lines, end: signal ?? code };
}

/** Runs strace, and ptracectl with a server or one of its own, in the folder. */
async function compare(
  options: readonly string[],
  { argv = command(), server = '' } = {},
): Promise<Outcome> {
  // The oracle's launcher is a shell, which puts PWD into the environment.
  const strace = [oracle(), '-f', '-qq', '-E', 'PWD', ...options, ...argv];
  const place = server === '' ? [] : [`--server=${server}`, '-q'];
  const ptracectl = [cliProgram, 'trace', '-qq', ...place, ...options, ...argv];
  const [theirs, ours] = await Promise.all([run(strace, folder), run(ptracectl, folder)]);
  const [expected, shown] = [theirs, ours].map(comparable) as [Outcome, Outcome];
  expect(shown, options.join(' ')).toEqual(expected);
  return shown;
}

function command(): string[] {
  return [fixture('injected'), `${folder}/in/file`, 'in/file'];
}

const traced = 'trace=chdir,getuid,open,close,getgid,access';

/** Expressions, with a line that shows that something was done; "" where nothing is. */
const expressions: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'an error': [
    ['inject=chdir:error=EIO', 'EIO (Input/output error) (INJECTED)'],
    ['inject=chdir:error=eperm', 'EPERM (Operation not permitted) (INJECTED)'],
    ['inject=chdir:error=5', 'EIO (Input/output error) (INJECTED)'],
    ['inject=chdir:error=4095', '-1 (errno 4095) (INJECTED)'],
    ['inject=chdir::error=EIO:', 'EIO (Input/output error) (INJECTED)'],
  ],
  'a return value': [
    ['inject=chdir:retval=0', '= 0 (INJECTED)'],
    ['inject=chdir:retval=0x10', '= 16 (INJECTED)'],
    ['inject=chdir:retval=010', '= 8 (INJECTED)'],
    ['inject=chdir:retval=4096', '= 4096 (INJECTED)'],
    ['inject=getuid:retval=9', '= 9 (INJECTED)'],
  ],
  'a set': [
    ['inject=chdir,getuid:error=EIO', 'getuid()'],
    ['inject=%file:error=EIO:when=3+', 'chdir'],
    ['inject=/^get[ug]id$:error=EIO', 'getuid()'],
    ['inject=?nosuchcall,chdir:error=EIO', 'chdir'],
    ['inject=!getuid,close:error=EIO:when=2+', 'chdir'],
    ['inject=none:error=EIO', ''],
    ['inject=chdir@32:error=EIO', ''],
    ['inject=80:error=EIO', 'chdir'],
    ['inject=write:error=EIO', ''],
  ],
  counts: [
    ['inject=chdir:error=EIO:when=2', 'INJECTED'],
    ['inject=chdir,getuid:error=EIO:when=2..3', 'INJECTED'],
    ['inject=chdir:error=EIO:when=3+', 'INJECTED'],
    ['inject=chdir:error=EIO:when=2+2', 'INJECTED'],
    ['inject=chdir:error=EIO:when=1..4+2', 'INJECTED'],
    ['inject=chdir:error=EIO:when=1..3+', 'INJECTED'],
    ['inject=chdir:error=EIO:when=1:when=3', 'INJECTED'],
    ['inject=chdir:error=EIO:when=7', ''],
    ['inject=chdir:error=EIO:when=1+65535', 'INJECTED'],
    ['inject=chdir:error=EIO:when=1..65534', 'INJECTED'],
    // Each thread has a count of its own.
    ['inject=getgid:error=EIO:when=2', 'INJECTED'],
    ['inject=getgid:error=EIO:when=3+', 'INJECTED'],
  ],
  'a signal': [
    ['inject=getuid:signal=SIGUSR1', 'si_code=SI_KERNEL'],
    ['inject=getuid:signal=usr1:when=2', 'si_code=SI_KERNEL'],
    ['inject=getuid:signal=10:retval=7', '= 7 (INJECTED)'],
    ['inject=getuid:signal=SIGURG:error=EIO:when=1+2', 'SIGURG'],
    ['inject=getuid:signal=SIGRT_3:when=3', 'SIGRT_3 {'],
  ],
  delays: [
    ['inject=chdir:delay_enter=1000', 'ENOENT (No such file or directory) (DELAYED)'],
    ['inject=chdir:delay_exit=1ms:when=2', '(DELAYED)'],
    ['inject=chdir:delay_enter=.001s:delay_exit=1e5ns', '(DELAYED)'],
    ['inject=chdir:delay_enter=0', '(DELAYED)'],
    ['inject=chdir:delay_exit=1.5us:error=EIO', '(INJECTED) (DELAYED)'],
  ],
  memory: [
    ['inject=chdir:poke_enter=@arg1=2f00', '= 0 (INJECTED: args)'],
    [
      'inject=chdir:poke_enter=@arg1=2F00:error=EIO:when=2',
      'EIO (Input/output error) (INJECTED: args, retval)',
    ],
    ['inject=chdir:poke_exit=@arg1=2f78:delay_exit=1', '(INJECTED: args) (DELAYED)'],
    ['inject=chdir:poke_enter=@arg1=2f00:poke_exit=@arg1=2f78', '(INJECTED: args)'],
  ],
  'memory that is not there': [
    // The loader makes one that can be written to.
    ['inject=access:poke_enter=@arg1=2f00', '(INJECTED: args)'],
    ['inject=access:poke_enter=@arg1=2f00:error=EIO', 'EIO (Input/output error) (INJECTED)'],
    ['inject=chdir:poke_enter=@arg2=2f00:error=EIO', 'EIO (Input/output error) (INJECTED)'],
    ['inject=getuid:poke_exit=@arg1=2f00', ''],
  ],
  fault: [
    ['fault=chdir', 'ENOSYS (Function not implemented) (INJECTED)'],
    ['fault=chdir:when=2', 'ENOSYS'],
    ['fault=chdir:error=EIO:when=2+', 'EIO'],
  ],
};

describe('does to calls what strace does', () => {
  for (const [what, list] of Object.entries(expressions)) {
    test(what, { timeout }, async () => {
      for (const [expression = '', shown = ''] of list) {
        const { lines } = await compare(['-e', traced, '-e', expression]);
        expect(lines, expression).toContain(shown);
        expect(/INJECTED|DELAYED|SI_KERNEL/.test(lines), expression).toBe(shown !== '');
      }
    });
  }
});

describe('tampers with the calls that strace does', () => {
  const eio = 'inject=chdir:error=EIO';
  const lists: Readonly<Record<string, () => string[][]>> = {
    'where several expressions name them': () => [
      [eio, 'inject=chdir:error=EPERM:when=2'],
      [eio, 'inject=all:signal=URG:when=5'],
      [eio, 'fault=chdir,getuid', 'inject=getuid:retval=3:when=2'],
      [eio, 'inject=none:error=EPERM'],
      ['inject=%file:error=EIO:when=4+', 'inject=!chdir:error=EBADF:when=7'],
    ],
    'where they are traced': () => [
      ['trace=getuid', eio],
      ['trace=getuid,getgid', eio],
      ['trace=none', 'inject=all:error=EIO'],
      ['status=failed', 'inject=chdir:retval=0:when=2+2'],
      ['status=successful', 'inject=chdir:retval=0:when=2+2'],
      ['status=successful', 'inject=chdir,getuid:error=EIO:when=2'],
    ],
    'where their number has a name': () => [
      ['trace=chdir,getuid', 'inject=getuid:retval=7'],
      ['inject=all:signal=URG:when=300'],
    ],
  };
  for (const [where, list] of Object.entries(lists)) {
    test(where, { timeout }, async () => {
      for (const expressions of list()) {
        await compare(['-e', traced, ...expressions.flatMap((one) => ['-e', one])]);
      }
    });
  }

  test('where -P and trace-fds select them', { timeout }, async () => {
    const error = ['-e', 'inject=open,close:error=EACCES:when=1'];
    const opens = (path: string) => new RegExp(`open\\("${path}".* EACCES .*\\(INJECTED\\)`);
    const file = `${folder}/in/file`;
    // A relative path that a call is given is for strace another one, for -P below a folder it is not.
    const argv = [fixture('injected'), file, file, '/dev/null'];
    const absolute = await compare(['-e', traced, '-P', file, ...error], { argv });
    expect(absolute.lines).toMatch(opens(file));
    const relative = await compare(['-e', traced, '-P', 'in/file', ...error]);
    expect(relative.lines).toMatch(/^open.* EACCES .*\(INJECTED\)/m);
    const other = await compare(['-e', traced, '-P', `${folder}/out`, ...error], { argv });
    expect(other.lines).toBe('');
    const fds = await compare(['-e', 'trace=close,open', '-e', 'trace-fds=77', ...error]);
    expect(fds.lines).toMatch(/^close\(77\) += -1 EACCES .*\(INJECTED\)$/m);
  });

  test('but the execve that starts the command', { timeout }, async () => {
    const argv = ['/bin/sh', '-c', '/bin/true && exec /bin/true'];
    for (const when of ['1', '2', '1+']) {
      const inject = `inject=execve:error=EIO:when=${when}`;
      const { lines } = await compare(['-e', 'trace=execve', '-e', inject], { argv });
      expect(lines.includes('EIO (Input/output error)')).toBe(when !== '2');
    }
  });

  test('with long options and a server', { timeout }, async ({ cli }) => {
    const options = ['--trace=chdir,getuid', '--inject=chdir:error=EIO', '--fault=chdir:when=2'];
    // With a server, commands start in its directory.
    const argv = [fixture('injected'), `${folder}/in/file`];
    for (const server of ['', cli.address]) {
      const { lines } = await compare(options, { server, argv });
      expect(lines.match(/ENOSYS .*\(INJECTED\)$/gm)).toHaveLength(1);
    }
    const path = ['-e', traced, '-P', `${folder}/in/file`, '-e', 'inject=open:error=ENOSPC'];
    expect((await compare(path, { server: cli.address, argv })).lines).toContain('ENOSPC');
  });

  test('in 32-bit programs, where functions of socketcall are calls of their own', {
    timeout,
  }, async () => {
    const argv = [program32('injected')];
    const calls = 'trace=socket,connect,socketcall,getuid32,chdir';
    for (const [expression, shown] of [
      ['inject=connect:error=ECONNREFUSED:when=2', /^connect\(3, .* ECONNREFUSED .*\(INJECTED\)$/m],
      ['inject=socket:retval=77', /^socket\(.* = 77 \(INJECTED\)$/m],
      ['inject=socketcall:error=EIO', /^socketcall\(.* EIO .*\(INJECTED\)$/m],
      ['inject=%network:signal=URG:when=2', /^--- SIGURG/m],
      ['inject=getuid32:retval=0x100000007:when=2', /^getuid32\(\) += 7 \(INJECTED\)$/m],
      ['inject=chdir@64:retval=7', /^chdir\(.* ENOENT/m],
      ['inject=getuid32@32:retval=7', /= 7 \(INJECTED\)/],
      ['inject=connect:poke_exit=@arg2=0a00', /\(INJECTED: args\)$/m],
      ['inject=chdir:poke_enter=@arg1=2f00', /^chdir\("\/"\) += 0 \(INJECTED: args\)$/m],
    ] as const) {
      const { lines } = await compare(['-e', calls, '-e', expression], { argv });
      expect(lines, expression).toMatch(shown);
    }
    // strace shows the memory as it was before; the kernel has the family that was written.
    const poke = ['-e', calls, '-e', 'inject=connect:poke_enter=@arg2=0200'];
    const { stdout, stderr } = await run([cliProgram, 'trace', ...poke, ...argv], folder);
    expect(stdout.toString()).toBe(
      (await run([oracle(), ...poke, ...argv], folder)).stdout.toString(),
    );
    expect(stdout.toString()).toContain('family 2\n');
    expect(stderr.toString()).toMatch(/^connect\(3, \{sa_family=AF_INET, .*\(INJECTED: args\)$/m);
  });
});

test('a recording has the calls as they were tampered with', { timeout }, async () => {
  const options = ['-e', traced, '-e', 'inject=chdir:error=EIO:when=2'];
  const [file, argv] = [`${folder}/recording`, command()];
  const shown = await run([cliProgram, 'trace', '-qq', ...options, ...argv], folder);
  await run([cliProgram, 'record', ...options, file, ...argv], folder);
  const replayed = await run([cliProgram, 'replay', '-qq', file], folder);
  expect(comparable({ ...replayed, stdout: shown.stdout })).toEqual(comparable(shown));
  expect(shown.stderr.toString()).toContain('EIO (Input/output error) (INJECTED)');
});

test('a process that is attached to is tampered with as long as we are there', {
  timeout,
}, async ({ cli }) => {
  await using program = await startFixture('echo-lines');
  const options = ['-e', 'trace=write', '-e', 'inject=write:poke_enter=@arg2=58:when=1+2'];
  for (const server of [undefined, cli.address]) {
    const tracing = startCli(server, 'attach', '-q', ...options, String(program.pid));
    let shown = '';
    tracing.stderr.on('data', (text: string) => {
      shown += text;
    });
    await eventually('a tracer', () => !untraced(program.pid));
    await eventually('tampering', async () => (await program.ask('abc', ''))[0] === 'Xbc');
    expect(await program.ask('abc', '')).toEqual(['abc']);
    expect(await program.ask('abc', '')).toEqual(['Xbc']);
    const line = /^write\(1, "Xbc\\n", 4\) += 4 \(INJECTED: args\)$/m;
    await eventually('a line', () => line.test(shown));
    tracing.kill('SIGINT');
    await finishCli(tracing);
    await eventually('a free process', () => untraced(program.pid));
    expect(await program.ask('abc', '')).toEqual(['abc']);
  }
  const name = await cli.attach(program.pid, ...options);
  expect(await program.ask('abc', '')).toEqual(['Xbc']);
  await cli.ok('sessions', 'end', name);
});

describe('a wrong expression is refused', () => {
  test.for([
    ['chdri:error=EIO', "UNKNOWN_SYSCALL: chdri; did you mean 'chdir'?"],
    ['%fiel:error=EIO', "UNKNOWN_SYSCALL: %fiel; did you mean '%file'?"],
    ['chdir:error=ENOETN', "error= must be an error, such as ENOENT; did you mean 'ENOENT'?"],
    ['chdir:signal=SIGTREM', "signal= must be a signal, such as SIGTERM; did you mean 'SIGTERM'?"],
    ['chdir:eror=EIO', "unknown 'eror'; did you mean 'error='?"],
    ['chdir:error=EIO:syscall=getpid', 'syscall= is not supported'],
  ] as const)('%s', { timeout }, async ([value, why], { cli }) => {
    await using program = await startFixture('echo-lines');
    const expression = ['-e', 'inject=getuid:error=EIO', '-e', `inject=${value}`];
    const message = `invalid -e inject argument: '${value}' (${why}`;
    for (const args of [
      ['trace', ...expression, 'true'],
      ['trace', '-D', ...expression, 'true'],
      ['attach', ...expression, String(program.pid)],
      ['record', ...expression, '/dev/null', 'true'],
    ]) {
      expect(await cli.refuses(...args)).toContain(message);
    }
    const own = await runCli(undefined, 'trace', ...expression, 'true');
    expect({ stdout: own.stdout, end: own.end }).toEqual({ stdout: '', end: 2 });
    expect(own.stderr).toContain(`ptracectl: ${message}`);
  });

  test('by commands that only look on', { timeout }, async ({ cli }) => {
    await using program = await startFixture('echo-lines');
    const name = await cli.attach(program.pid);
    const inject = ['-e', 'inject=read:error=EIO'];
    for (const args of [
      ['subscribe', ...inject, name],
      ['record', ...inject, '/dev/null', `--session=${name}`],
      ['replay', ...inject, '/dev/null'],
    ]) {
      expect(await cli.refuses(...args)).toBe(
        '-e inject= and -e fault= are for commands that start a trace: trace, attach and record',
      );
    }
    expect(await cli.refuses('subscribe', '--fault=read', name)).toBe(
      "option '--fault' is not for this command",
    );
  });
});
