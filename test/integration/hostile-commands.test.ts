/** A launched command has no way into the server that launched it, though both are of one user. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { CheckOutcome, ServerService } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { OrphanAction, StdioMode } from '../../src/gen/ptraced/v1/session_pb.js';
import { eventually, longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import * as proc from '../support/proc.js';
import { Client, refusal } from '../support/rpc.js';
import { type Server, startServer } from '../support/server.js';
import { launch, privileged, Trace, traceToEnd } from '../support/trace.js';

const users = [
  ['root', 0],
  ['another user', 65534],
] as const;

const confined = ['--launch', 'confined'];

/** A server that runs as this user. */
function serverOf(uid: number): Promise<Server> {
  return startServer({ args: confined, ...(uid !== 0 && { uid }) });
}

/** The fixture with what it needs to know of the server. */
function hostile(server: Server): string[] {
  const stat = readFileSync(`/proc/${server.pid}/stat`, 'latin1');
  const group = stat.split(') ').at(-1)?.split(' ')[2] ?? '';
  return [fixture('hostile'), String(server.pid), server.socket, group];
}

/** What the fixture says it has tried, and how each attempt ended. */
function attempts(lines: string[]): Map<string, string> {
  expect(lines.at(-1)).toBe('end');
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)] as const;
    }),
  );
}

/** Those of the attempts whose outcome is none of the expected ones. */
function others(found: Map<string, string>, names: RegExp, expected: RegExp): string[] {
  const chosen = [...found].filter(([name]) => names.test(name));
  expect(chosen.length).toBeGreaterThan(0);
  return chosen.filter(([, end]) => !expected.test(end)).map(([name, end]) => `${name}: ${end}`);
}

function expectNoWayIn(found: Map<string, string>): void {
  const wrong = [
    ...others(found, /^(kill \d|kill group|sigqueue|tgkill|tkill|pidfd_)/, /^(EPERM|ESRCH)$/),
    ...others(found, /^(ptrace|process_vm|kcmp|move_pages|get_robust_list)/, /^E(PERM|ACCES)$/),
    ...others(found, /^(read|write|link) /, /^(E(PERM|ACCES)|empty)$/),
    ...others(found, /^connect(?! other)/, /^refused$/),
    ...others(found, /^connect other user prepare/, /^EPERM$/),
    ...others(found, /^kill all/, /^done$/),
  ];
  expect(wrong).toEqual([]);
  expect(found.get('kill 9')).toBe('EPERM');
}

/** It answers another client, runs, and holds nothing of the command. */
async function expectUnharmed(server: Server): Promise<void> {
  await using client = new Client(server.address);
  const trace = await traceToEnd(client, launch(['/bin/echo', 'well']));
  expect(trace.lines()).toEqual(['well']);
  expect(proc.taskStatus(server.pid)?.state).toMatch(/[RS]/);
  await client[Symbol.asyncDispose]();
}

/** Ids of processes whose parent is the server. */
function childrenOf(pid: number): number[] {
  return proc.processIds().filter((id) => proc.taskStatus(id)?.parent === pid);
}

describe.each(users)('of a server that runs as %s, a command', (_, uid) => {
  test('can neither signal, trace, read nor call it', { timeout }, async () => {
    await using server = await serverOf(uid);
    await using client = new Client(server.address);
    const trace = await traceToEnd(client, launch(hostile(server)));
    expectNoWayIn(attempts(trace.lines()));
    await client[Symbol.asyncDispose]();
    await expectUnharmed(server);
    expect(server.log).toContain('connection refused: from a launched command');
  });

  test('nor once it was let go', { timeout }, async ({ folder }) => {
    chmodSync(folder, 0o777);
    await using server = await serverOf(uid);
    await using client = new Client(server.address);
    const wait = `while ! [ -e ${folder}/go ]; do sleep 0.02; done`;
    const script = `${wait}; ${hostile(server).join(' ')} >${folder}/lines; mv ${folder}/lines ${folder}/told`;
    const detaching = { onDisconnect: OrphanAction.DETACH };
    const trace = new Trace(client, launch(['/bin/sh', '-c', script], detaching));
    const { rootPid } = await trace.started();
    await trace.cancel();
    await eventually('its freedom', () => proc.untraced(rootPid));
    writeFileSync(`${folder}/go`, '');
    await eventually('its end', () => existsSync(`${folder}/told`));
    expectNoWayIn(attempts(readFileSync(`${folder}/told`, 'utf8').trimEnd().split('\n')));
    await eventually('no child', () => childrenOf(server.pid).length === 0);
    await client[Symbol.asyncDispose]();
    await expectUnharmed(server);
  });

  test('starts without capabilities and cannot gain any', async () => {
    await using server = await serverOf(uid);
    await using client = new Client(server.address);
    const trace = await traceToEnd(
      client,
      launch(['grep', '-E', '^(Cap|NoNewPrivs|Gid)', '/proc/self/status']),
    );
    const none = ['Inh', 'Prm', 'Eff', 'Amb'].map((set) => `Cap${set}:\t0000000000000000`);
    expect(trace.lines()).toEqual(expect.arrayContaining([...none, 'NoNewPrivs:\t1']));
    // Without CAP_SETPCAP the bounding set stays, and nothing can be gained from it.
    const bounding = trace.lines().some((line) => line === 'CapBnd:\t0000000000000000');
    expect(bounding).toBe(uid === 0);
    expect(trace.lines()).toContain(`Gid:\t${[uid, uid, uid, uid].join('\t')}`);
    await client[Symbol.asyncDispose]();
  });
});

// docs/security.md says so.
describe('what the kernel lets processes of one user do', () => {
  const knobs = /^(prlimit|sched_|setpriority|ioprio|oom_)/;

  test('to a server of root: its OOM score can be raised', async () => {
    await using server = await serverOf(0);
    await using client = new Client(server.address);
    const found = attempts((await traceToEnd(client, launch(hostile(server)))).lines());
    expect(others(found, knobs, /^EPERM$/)).toEqual(['oom_score_adj: done']);
    await client[Symbol.asyncDispose]();
  });

  test('to a server of another user: its limits and its share of the processors', async () => {
    await using server = await serverOf(65534);
    await using client = new Client(server.address);
    const found = attempts((await traceToEnd(client, launch(hostile(server)))).lines());
    expect(others(found, knobs, /^E(PERM|ACCES)$/)).toEqual([
      'prlimit read: done',
      'prlimit write: done',
      'sched_setaffinity: done',
      'sched_setscheduler: done',
      'ioprio_set: done',
      'setpriority: done',
    ]);
    await client[Symbol.asyncDispose]();
  });

  test('nothing of that where commands run as a user of their own', async () => {
    await using server = await startServer({ args: [...confined, '--launch-user', '65533:65533'] });
    await using client = new Client(server.address);
    chmodSync(server.socket, 0o666);
    const found = attempts((await traceToEnd(client, launch(hostile(server)))).lines());
    expectNoWayIn(found);
    expect(others(found, knobs, /^E(PERM|ACCES)$/)).toEqual([]);
    await client[Symbol.asyncDispose]();
    await expectUnharmed(server);
  });
});

test('orphans of commands are reaped', async ({ client, server }) => {
  const script = '(sleep 0.05 & sleep 0.1 &) ; (setsid sh -c "sleep 0.05" &)';
  await traceToEnd(client, launch(['sh', '-c', script]));
  // Nobody has traced these: they end when nobody looks.
  const detaching = { onDisconnect: OrphanAction.DETACH };
  const trace = new Trace(client, launch(['sh', '-c', `${script}; sleep 0.2`], detaching));
  await trace.started();
  await trace.cancel();
  await eventually('no child', () => childrenOf(server.pid).length === 0);
});

describe('setuid programs and file capabilities', () => {
  test('have no bounding set to take from, whatever the user', async ({ client }) => {
    const argv = ['grep', 'CapBnd', '/proc/self/status'];
    const trace = await traceToEnd(client, launch(argv, {}, { uid: 65534, gid: 65534 }));
    expect(trace.lines()).toEqual(['CapBnd:\t0000000000000000']);
  });

  test('give a command nothing', async ({ client, folder }) => {
    chmodSync(folder, 0o755);
    const nobody = { uid: 65534, gid: 65534 };
    const setuid = `${folder}/privileges`;
    copyFileSync(fixture('privileges'), setuid);
    chmodSync(setuid, 0o4755);
    const plain = await traceToEnd(client, launch([setuid], {}, nobody));
    expect(plain.lines()).toEqual(['uid 65534 65534 65534 no_new_privs 1']);
    const kept = await traceToEnd(client, launch([setuid], {}, { ...nobody, ...privileged }));
    expect(kept.lines()).toEqual(['uid 65534 0 0 no_new_privs 0']);
  });

  test('sudo says why', async ({ client }) => {
    const nobody = { uid: 65534, gid: 65534 };
    const trace = await traceToEnd(client, launch(['sudo', '-n', 'true'], {}, nobody));
    expect(trace.output(2).toString()).toMatch(/no new privileges/);
  });

  // As ping(8) has cap_net_raw where no group may make ICMP sockets.
  test('a program with file capabilities does not start', async ({ client, folder }) => {
    chmodSync(folder, 0o755);
    const program = `${folder}/ping`;
    copyFileSync('/bin/true', program);
    execFileSync('setcap', ['cap_net_raw=ep', program]);
    const argv = ['sh', '-c', `${program} || echo $?`];
    const trace = await traceToEnd(client, launch(argv, {}, { uid: 65534, gid: 65534 }));
    expect(trace.lines()).toEqual(['126']);
    expect(trace.output(2).toString()).toMatch(/Operation not permitted/);
  });
});

/** What GetServerInfo says of the features named. */
async function features(client: Client, ...names: string[]): Promise<Record<string, boolean>> {
  const info = await client.unary(ServerService.method.getServerInfo, {});
  const chosen = info.features.filter(({ name }) => names.includes(name));
  expect(chosen.every(({ available, reason }) => available === (reason === ''))).toBe(true);
  return Object.fromEntries(chosen.map(({ name, available }) => [name, available]));
}

/** The finding and the outcome of the check of Diagnose that is about launches. */
async function diagnosis(client: Client): Promise<{ outcome: CheckOutcome; finding: string }> {
  const { checks } = await client.unary(ServerService.method.diagnose, {});
  const { outcome, finding } = checks.find(({ name }) => name === 'launch') ?? {
    outcome: CheckOutcome.UNSPECIFIED,
    finding: '',
  };
  return { outcome, finding };
}

describe('the configuration', () => {
  const code = status.FAILED_PRECONDITION;

  test('refuses launches altogether', async () => {
    await using server = await startServer({ args: ['--launch', 'off'] });
    await using client = new Client(server.address);
    const refused = await refusal(traceToEnd(client, launch(['true'])));
    expect(refused).toMatchObject({ code, details: expect.stringMatching(/^FEATURE_UNAVAILABLE/) });
    expect(await features(client, 'launch', 'keep_capabilities')).toEqual({
      launch: false,
      keep_capabilities: false,
    });
    expect(await diagnosis(client)).toMatchObject({ outcome: CheckOutcome.OK });
    await client[Symbol.asyncDispose]();
  });

  test('refuses to let commands keep capabilities', async () => {
    await using server = await startServer({ args: confined });
    await using client = new Client(server.address);
    const refused = await refusal(traceToEnd(client, launch(['true'], {}, privileged)));
    expect(refused).toMatchObject({ code, details: expect.stringMatching(/^FEATURE_UNAVAILABLE/) });
    expect(refused.details).toContain('launch.keep_capabilities');
    expect(await features(client, 'launch', 'keep_capabilities', 'signal_scope')).toEqual({
      launch: true,
      keep_capabilities: false,
      signal_scope: true,
    });
    expect(await diagnosis(client)).toMatchObject({ outcome: CheckOutcome.OK });
    await client[Symbol.asyncDispose]();
  });

  test('lets them, and such a command has what the server has', async ({ client, server }) => {
    const argv = ['grep', '-E', '^(Cap(Prm|Eff|Bnd)|NoNewPrivs)', '/proc/self/status'];
    const trace = await traceToEnd(client, launch(argv, {}, privileged));
    const own = readFileSync(`/proc/${server.pid}/status`, 'utf8').split('\n');
    expect(trace.lines()).toEqual(
      own.filter((line) => /^(Cap(Prm|Eff|Bnd)|NoNewPrivs)/.test(line)),
    );
    expect(await diagnosis(client)).toMatchObject({ outcome: CheckOutcome.WARN });
  });

  test('tells what the lack of a capability leaves open', async () => {
    await using server = await serverOf(65534);
    await using client = new Client(server.address);
    expect(await features(client, 'own_limits')).toEqual({ own_limits: false });
    const { outcome, finding } = await diagnosis(client);
    expect(outcome).toBe(CheckOutcome.WARN);
    expect(finding).toContain('prlimit(2)');
    await client[Symbol.asyncDispose]();
  });
});

describe('the streams of the server, which are its log', () => {
  test.each(['stdin', 'stdout', 'stderr'] as const)('%s is not given away', async (stream) => {
    await using server = await startServer({ args: ['--launch', 'privileged'] });
    await using client = new Client(server.address);
    const inherit = { [stream]: StdioMode.INHERIT };
    const refused = await refusal(traceToEnd(client, launch(['echo', '{}'], {}, inherit)));
    expect(refused.code).toBe(status.FAILED_PRECONDITION);
    expect(refused.details).toMatch(new RegExp(`^FEATURE_UNAVAILABLE.*launch\\.${stream}`));
    await client[Symbol.asyncDispose]();
  });

  test('no way leads a command to them', async () => {
    await using server = await startServer({ args: confined });
    await using client = new Client(server.address);
    const forged = '{"level":50,"name":"ptraced","msg":"forged"}';
    const ancestors: number[] = [];
    for (let pid = server.pid; pid > 0; pid = proc.taskStatus(pid)?.parent ?? 0) {
      ancestors.push(pid);
    }
    const places = [
      ...['/proc/self/fd/1', '/proc/self/fd/2', '/dev/stderr', '/dev/tty', '/dev/console'],
      ...ancestors.flatMap((pid) => [`/proc/${pid}/fd/1`, `/proc/${pid}/fd/2`]),
    ];
    const script = places.map((place) => `echo '${forged}' >${place}`).join('\n');
    const trace = await traceToEnd(client, launch(['sh', '-c', script]));
    expect(trace.output(2).toString()).toContain(`/proc/${server.pid}/fd/2: Permission denied`);
    await client[Symbol.asyncDispose]();
    await expectUnharmed(server);
    expect(server.log).not.toContain('"forged"');
  });
});
