/** Signals, restarted calls and group-stops: what the kernel did, and what the program sees of it. */
import { describe, expect } from 'vitest';
import { RecordKind, StopReason } from '../../src/gen/ptraced/v1/record_pb.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { exitsOf, groundTruth, processEnd, returns, signals, stops } from '../support/records.js';
import { launch, traceToEnd } from '../support/trace.js';

test('rt_sigreturn is named at its exit', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('sigreturn')]));
  expect(trace.lines()).toEqual(['handled 3']);
  const exits = exitsOf(trace.records, 'rt_sigreturn');
  expect(exits).toHaveLength(3);
  expect(exits.every(({ sysno, enterSerial }) => sysno === 15 && enterSerial > 0n)).toBe(true);
});

describe('an interrupted call shows the kernel’s restart code', () => {
  test('ERESTARTSYS of a read, which then gets its byte', async ({ client }) => {
    const trace = await traceToEnd(client, launch([fixture('restart-read')]));
    expect(trace.lines()).toEqual(['read 1 handled 1', 'sender exited 0']);
    const calls = returns(trace.records, trace.header?.rootPid).slice(-40);
    const at = calls.indexOf('read = ERESTARTSYS');
    expect(calls.slice(at, at + 4)).toEqual([
      'read = ERESTARTSYS',
      'write = 1',
      'rt_sigreturn = 0',
      'read = 1',
    ]);
    const interrupted = exitsOf(trace.records, 'read').find(({ errno }) => errno !== 0);
    expect(interrupted).toMatchObject({ errno: 512, ret: -512n });
  });

  test('ERESTARTNOHAND of a pause, which fails with EINTR', async ({ client }) => {
    const trace = await traceToEnd(client, launch([fixture('restart-pause')]));
    expect(trace.lines()).toEqual(['pause -1 errno 4']);
    expect(returns(trace.records)).toContain('pause = ERESTARTNOHAND');
  });

  test('ERESTARTNOINTR of a futex, which is made again', async ({ client }) => {
    const trace = await traceToEnd(client, launch([fixture('restart-futex')]));
    expect(trace.lines()).toEqual(['lock errno 0 handled 1']);
    const waiter = signals(trace.records)[0]?.record.tid;
    const futexes = returns(trace.records, waiter).filter((call) => call.startsWith('futex'));
    expect(futexes.slice(0, 2)).toEqual(['futex = ERESTARTNOINTR', 'futex = 0']);
  });

  test('ERESTART_RESTARTBLOCK of a sleep, which goes on as restart_syscall', async ({ client }) => {
    const trace = await traceToEnd(client, launch([fixture('restart-nanosleep')]));
    expect(trace.lines()).toEqual(['stopped 19', 'sleeper exited 0']);
    const sleeper = stops(trace.records)[0]?.record.tid;
    const calls = returns(trace.records, sleeper);
    expect(calls).toContain('clock_nanosleep = ERESTART_RESTARTBLOCK');
    expect(calls).toContain('restart_syscall = 0');
  });
});

test('ignored signals are reported, blocked ones are not, and the program lives', async ({
  client,
}) => {
  const trace = await traceToEnd(client, launch([fixture('signals-ignored')]));
  expect(trace.lines()).toEqual(['alive']);
  expect(signals(trace.records).map(({ name }) => name)).toEqual(['SIGUSR1', 'SIGURG', 'SIGWINCH']);
});

test('each origin of a signal is told as the handler sees it', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('signal-kinds')]));
  const handled = trace.lines().map((line) => {
    const field = (name: string) => new RegExp(`${name} (\\S+)`).exec(line)?.[1] ?? '';
    return {
      number: Number(field('signo')),
      code: Number(field('code')),
      senderPid: Number(field('pid')),
      faultAddress: field('signo') === '11' ? BigInt(`0x${field('addr')}`) : undefined,
      status: Number(field('status')),
    };
  });
  const reported = signals(trace.records);
  expect(handled).toHaveLength(10);
  expect(reported).toHaveLength(10);
  for (const [index, wanted] of handled.entries()) {
    const { number, code, senderPid, status, faultAddress } = reported[index] ?? {};
    expect({ number, code, senderPid, status }).toEqual({
      number: wanted.number,
      code: wanted.code,
      senderPid: wanted.senderPid,
      status: wanted.status,
    });
    expect(wanted.faultAddress ?? faultAddress).toBe(faultAddress);
  }
  expect(reported.map(({ codeName }) => codeName)).toEqual([
    ...['SI_USER', 'SI_TKILL', 'SI_QUEUE', 'SI_KERNEL', 'SI_TIMER', 'CLD_EXITED'],
    ...['SEGV_ACCERR', 'FPE_INTDIV', 'SI_TKILL', 'SI_KERNEL'],
  ]);
  expect(reported[2]?.value).toBe(4711n);
  expect(reported[4]).toMatchObject({ value: 815n });
});

describe('a group-stop is told apart from the signal, and the parent sees it', () => {
  for (const [name, number] of [
    ['SIGSTOP', 19],
    ['SIGTSTP', 20],
    ['SIGTTIN', 21],
    ['SIGTTOU', 22],
  ] as const) {
    test(`by ${name}`, async ({ client }) => {
      const trace = await traceToEnd(client, launch([fixture('group-stop'), String(number)]));
      expect(trace.lines()).toEqual([
        `stopped ${number}`,
        'threads 3',
        'continued 1',
        'child exited 6',
      ]);
      const events = stops(trace.records);
      const stopped = events.filter(({ reason }) => reason === StopReason.GROUP_STOP);
      const continued = events.filter(({ reason }) => reason === StopReason.GROUP_CONTINUE);
      expect(new Set(stopped.map(({ record }) => record.tid)).size).toBe(3);
      expect(stopped.every(({ signal }) => signal === number)).toBe(true);
      expect(new Set(continued.map(({ record }) => record.tid)).size).toBe(3);
      const child = stopped[0]?.record.pid;
      const told = signals(trace.records).filter(({ record }) => record.pid === child);
      expect(told.map((signal) => signal.name)).toEqual([name, 'SIGCONT']);
    });
  }
});

test('a parent-death signal comes once, as untraced', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('pdeathsig')]));
  expect(trace.lines().toSorted()).toEqual(['parent exited 0', 'pdeathsig 1']);
  expect(signals(trace.records).filter(({ name }) => name === 'SIGUSR1')).toHaveLength(1);
});

test('a fatal signal is reported before the death', async ({ client }) => {
  const trace = await traceToEnd(client, launch(['sh', '-c', 'kill -SEGV $$']));
  const kinds = trace.records.slice(-2).map(({ kind }) => kind);
  expect(kinds).toEqual([RecordKind.SIGNAL, RecordKind.TASK_EXIT]);
  expect(processEnd(trace.records, trace.header?.rootPid ?? 0)).toMatchObject({ signal: 11 });
});

test('what the child’s parent is told is told of the right process', async ({ client }) => {
  const trace = await traceToEnd(client, launch([fixture('sigkill'), 'read']));
  const child = Number(groundTruth(trace.lines()).get('child'));
  const notice = signals(trace.records).find(({ name }) => name === 'SIGCHLD');
  expect(notice).toMatchObject({ senderPid: child, status: 9, codeName: 'CLD_KILLED' });
});
