/** `ptracectl trace` in front of a command of a script: the script goes on as it did. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliProgram, root } from '../support/paths.js';
import { commandEnvironment, dyingWithUs } from '../support/program.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the script in an empty folder; $T stands before a command that is traced, or not. */
async function bash(script: string, prefix: string, name: string) {
  const cwd = `${folder}/${name}`;
  mkdirSync(cwd);
  const argv = [...dyingWithUs('KILL'), 'timeout', '60', 'bash', '-c', script];
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd,
    env: { ...commandEnvironment(), T: prefix },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [end]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, end };
}

/** Waits for the command in the background, and signals it and whoever has started it, which the first may end. */
const signalled = (signal: string) => `
  read pid <ready
  kill -${signal} $! $pid 2>/dev/null
  echo >&7
  wait $!
  echo $?`;
/** Says "ready" with its process id, and survives if it is let to. */
const waiting = `sh -c 'echo $$ >ready; read _ <go; echo survived'`;
const fifos = 'mkfifo ready go; exec 7<>go 8<>ready';

const scripts: Record<string, [script: string, stdout: string]> = {
  'process substitution to read': ['$T cat <(echo one) <(echo two)', 'one\ntwo\n'],
  'process substitution to write': [
    'mkfifo done; echo hi | $T tee >(cat >copy; echo >done) >out; read _ <done; cat copy',
    'hi\n',
  ],
  'a coprocess': [
    `coproc cat
    $T sh -c 'echo hi; read -r answer; echo $answer >got' >&"\${COPROC[1]}" <&"\${COPROC[0]}"; cat got`,
    'hi\n',
  ],
  'a log that is open already': [
    'exec 3>log; echo one >&3; $T sh -c "echo two >&3"; echo three >&3; cat log',
    'one\ntwo\nthree\n',
  ],
  'a reader that waits for the end of a pipe': [
    // The command goes on until the reader has seen it.
    `mkfifo go pipe; { cat pipe; echo end; echo >go; } & exec 5>pipe
    $T sh -c 'echo last >&5; exec 5>&-; read _ <go' & exec 5>&-; wait`,
    'last\nend\n',
  ],
  'a reader of stdout that waits for its end': [
    `mkfifo go; $T sh -c 'echo last; exec >&-; read _ <go' | { cat; echo end; echo >go; }`,
    'last\nend\n',
  ],
  'a lock of flock': [
    `mkfifo go; exec 9>lock; flock 9; $T sh -c 'read _ <go' & exec 9>&-
    flock -n lock true || echo held; echo >go; wait; flock -n lock echo free`,
    'held\nfree\n',
  ],
  'a record lock': [
    // Closing any descriptor of the file would drop it.
    `perl -e 'use Fcntl; $^F = 9; open($file, "+>", "lock"); open($other, "<", "lock");
      $lock = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0); fcntl($file, F_SETLK, $lock) or die;
      exec { $ARGV[0] } @ARGV' $T perl -e 'use Fcntl; if (!fork) { open($file, "+<", "lock");
        $lock = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0);
        print fcntl($file, F_SETLK, $lock) ? "free\\n" : "held\\n"; exit }
      wait'`,
    'held\n',
  ],
  'variables of Node': [
    `export NODE_OPTIONS=--require=/missing NODE_UNIQUE_ID=1 NODE_DEBUG=module
    $T sh -c 'echo $NODE_OPTIONS $NODE_UNIQUE_ID $NODE_DEBUG'`,
    '--require=/missing 1 module\n',
  ],
  'a child of Node with a channel to its parent': [
    `node -e 'const [file, ...args] = process.argv.slice(1);
      const stdio = ["ignore", "inherit", "inherit", "ipc"];
      const child = require("child_process").spawn(file, args, { stdio });
      child.on("message", (text) => console.log(text)).send("hi")' -- \
    $T node -e 'process.on("message", (text) => process.send(text + " there", () => process.disconnect()))'`,
    'hi there\n',
  ],
  'sockets of a service manager': [
    `exec 3</etc/hostname; export LISTEN_FDS=1
    sh -c 'export LISTEN_PID=$$; exec "$@"' sh $T sh -c 'test $$ = $LISTEN_PID && cmp - /etc/hostname <&3 && echo same'`,
    'same\n',
  ],
  'the jobserver of make': [
    // Each of the two jobs waits for the other.
    `mkfifo one two
    printf 'all:\\n\\t+@$(T) $(MAKE) -s -f sub.mk\\n' >Makefile
    printf 'all: a b\\na:\\n\\t@echo >one; read _ <two\\nb:\\n\\t@read _ <one; echo >two\\n' >sub.mk
    make -j2 -s && echo done`,
    'done\n',
  ],
  'nohup, and a SIGHUP': [
    `${fifos}; nohup $T ${waiting} >out 2>err & ${signalled('HUP')}; cat out`,
    '0\nsurvived\n',
  ],
  'a SIGINT that is ignored': [
    `${fifos}; trap '' INT; $T ${waiting} & ${signalled('INT')}`,
    'survived\n0\n',
  ],
  'a SIGTERM that is ignored': [
    `${fifos}; trap '' TERM; $T ${waiting} & ${signalled('TERM')}`,
    'survived\n0\n',
  ],
  'the background of a shell without job control, and SIGINT and SIGQUIT': [
    `${fifos}; $T ${waiting} & read pid <ready; kill -INT $! $pid; kill -QUIT $! $pid; echo >&7; wait $!; echo $?`,
    'survived\n0\n',
  ],
  'a SIGTERM that is not': [`${fifos}; $T ${waiting} & ${signalled('TERM')}`, '143\n'],
  'limits of the shell': [
    'ulimit -Sn 333; ulimit -c 0; ulimit -St 1000; $T sh -c "ulimit -Sn; ulimit -c; ulimit -St"',
    '333\n0\n1000\n',
  ],
  'a closed stdin': ['$T sh -c "read _; echo \\$?" <&- 2>/dev/null', '1\n'],
};

it('says how many descriptors it cannot hand on', async () => {
  // As the launcher would write it with more descriptors than most machines allow.
  const script = `PTRACECTL_INHERITED="pid:$$ ignored:0 blocked:0 pending:0 nofile:1024 fds:0-2 more:7" \\
    exec node ${root}/dist/cli/main.js trace -o lines true`;
  expect(await bash(script, '', 'many')).toEqual({
    stdout: '',
    stderr: 'ptracectl: too many descriptors: the command does not get 7 of them\n',
    end: 0,
  });
});

describe('a script goes on as it did', () => {
  it.each(Object.entries(scripts))('%s', async (_, [script, stdout]) => {
    const lines = `${folder}/lines`;
    const untraced = await bash(script, '', 'untraced');
    expect(untraced).toMatchObject({ stdout, end: 0 });
    expect(existsSync(lines)).toBe(false);
    const traced = await bash(script, `${cliProgram} trace -o ${lines}`, 'traced');
    expect(traced).toEqual(untraced);
    expect(readFileSync(lines, 'utf8')).toMatch(/\+\+\+ (exited with|killed by)/);
  });
});
