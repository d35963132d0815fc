/**
 * A command of ptracectl's own server finds what it would find untraced: everything that execve(2) hands on.
 * docs/transparency.md says what is compared, and what must differ.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixture } from '../support/fixtures.js';
import { cliProgram } from '../support/paths.js';
import { commandEnvironment, dyingWithUs } from '../support/program.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  chmodSync(folder, 0o777); // for commands of another user
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What the command finds with these settings of run-both, untraced and behind `prefix`. */
async function findings(settings: readonly string[], prefix: string[]) {
  const [untraced, traced] = [`${folder}/untraced`, `${folder}/traced`];
  const program = fixture('handed-on');
  const commands = ['then', program, untraced, 'an argument', 'then', ...prefix];
  const argv = [
    // The parent-death signal is not for the commands: fork(2) does not hand it on.
    ...[...dyingWithUs('KILL'), fixture('run-both'), ...settings],
    ...[...commands, program, traced, 'an argument'],
  ];
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    env: commandEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [end]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect({ settings, stdout, stderr, end }).toEqual({ settings, stdout: '', stderr: '', end: 0 });
  return {
    untraced: readFileSync(untraced, 'latin1').split('\n'),
    traced: existsSync(traced) ? readFileSync(traced, 'latin1').split('\n') : [],
  };
}

const traced = () => [cliProgram, 'trace', '-o', `${folder}/lines`];

/** Settings, and a line that shows that they have been made; numbers are those of the kernel's headers. */
const cases: Record<string, [settings: string, line: RegExp]> = {
  'nothing in particular': ['', /^descriptor 0: flags 0/],
  'the signals of nohup, of a shell in the background and of daemons ignored': [
    'ignore=1,2,3 ignore=13,15',
    /^signal 15 disposition 0x1$/,
  ],
  'every signal ignored': ['ignore-all', /^signal 64 disposition 0x1$/],
  'signals blocked': ['block=1,2,15', /^signals blocked 4003 /],
  'every signal blocked': ['block-all', /^signals blocked fffffffffffbfeff /],
  'signals pending': ['pending=2,10,34 ignore=15', /pending 200000202$/],
  'further descriptors': [
    // O_NONBLOCK, FD_CLOEXEC, O_APPEND.
    'open=3 open=9,04000 open=77,0,1 open=78,02000',
    /^descriptor 9: flags 0, status 8802/,
  ],
  'hundreds of descriptors': ['open-many=3,400', /^descriptor 399:/],
  'a pipe': ['pipe=5,6', /^descriptor 6: .* mode 10600$/],
  'a pipe that does not block': ['pipe=5,6,04000', /^descriptor 5: flags 0, status 800,/],
  'no stdin': ['close=0', /^descriptor 1:/],
  'no stdout': ['close=1', /^descriptor 2:/],
  'no stderr': ['close=2', /^descriptor 1:/],
  'no stdin and stdout': ['close=0,1', /^descriptor 2:/],
  'no stdin and stderr': ['close=0,2', /^descriptor 1:/],
  'no stdout and stderr': ['close=1,2', /^descriptor 0:/],
  'no standard streams, and other descriptors': ['close=0,1,2 open=3 open=5', /^descriptor 3:/],
  'a lower soft limit of descriptors': ['limit=7,64', /^limit 7 40 /],
  'lower limits of descriptors': ['limit=7,80,300', /^limit 7 50 12c$/],
  'other limits': [
    // CPU, FSIZE, CORE, MEMLOCK, SIGPENDING, MSGQUEUE.
    'limit=0,100 limit=1,1000000,2000000 limit=4,0,0 limit=8,65536,65536 limit=11,1000 limit=12,0',
    /^limit 8 10000 10000$/,
  ],
  'no limit of the stack, one of the address space': [
    'limit=3,-1 limit=9,8000000000000',
    /^limit 9 746a5288000 /,
  ],
  'a strict umask': ['umask=077', /^umask 77$/],
  'an empty umask': ['umask=0', /^umask 0$/],
  'a nice value': ['nice=7', /^policy 0 flags 0 nice 7 /],
  SCHED_BATCH: ['policy=3 nice=-5', /^policy 3 flags 0 nice -5 /],
  SCHED_IDLE: ['policy=5', /^policy 5 /],
  'SCHED_FIFO that children do not get': [
    'policy=0x40000001,5',
    /^policy 1 flags 1 .* priority 5$/,
  ],
  'one CPU': ['cpu=0', /^cpu 0$/],
  'an I/O priority': ['io-priority=0x4005', /^io priority 16389$/],
  'a timer slack': ['prctl=29,100000', /^timer slack 100000$/],
  'a parent-death signal, and children of others': [
    'prctl=1,10 prctl=36,1',
    /^parent-death signal 10$/,
  ],
  'no new privileges': ['prctl=38,1', /NoNewPrivs:\t1$/],
  'no huge pages': ['prctl=41,1', /^huge pages off 1$/],
  'interval timers': ['timer=0,1000 timer=1,1000,5 timer=2,2000', /^timer virtual 10 interval 5\./],
  'a fixed address space': ['personality=0x0040000', /^personality 40000$/],
  'the legacy address space': ['personality=0x0200000', /^personality 200000$/],
  'an OOM score, and what goes into a core': ['oom=300 coredump-filter=7', /oom_score_adj: 300$/],
  securebits: ['prctl=28,0x2f', /^securebits 2f$/],
  'a smaller bounding set': ['no-bounding=13,23,25', /CapBnd:\t/],
  'no bounding set': ['no-bounding-at-all', /CapBnd:\t0000000000000000$/],
  'ambient capabilities of root': ['ambient=13', /CapAmb:\t0000000000002000$/],
  // CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, since these files may be in a home.
  'ambient capabilities of another user': [
    'user=65534 ambient=1,2,10',
    /CapAmb:\t0000000000000406$/,
  ],
  'another effective user': ['user=65534,0', /Uid:\t65534\t0\t0\t0$/],
  groups: ['groups=1,2,3', /Groups:\t1 2 3 $/],
  'a session of another': ['session', /^terminal No such device/],
  'a group of another': ['group', /^session \d+ group \d+$/],
  'a terminal': ['terminal', /^terminal open/],
  'the background of a terminal': ['terminal background ignore=21,22', /^terminal open/],
};

describe('untraced and traced, a command finds', () => {
  it.each(Object.entries(cases))('%s', async (_, [settings, line]) => {
    const found = await findings(settings.split(' ').filter(Boolean), traced());
    expect(found.untraced.filter((one) => line.test(one))).not.toEqual([]);
    expect(found.traced).toEqual(found.untraced);
  });

  it('the same under record', async () => {
    const settings = ['ignore=1,2', 'block=15', 'open=7', 'close=0', 'limit=7,100', 'nice=3'];
    const found = await findings(settings, [cliProgram, 'record', `${folder}/recording`]);
    expect(found.traced).toEqual(found.untraced);
  });
});
