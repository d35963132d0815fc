/** A call filter in the kernel, and what programs notice of it. */
import { existsSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { run } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { launch, privileged, type Trace, traceToEnd } from '../support/trace.js';

const capture = { filter: { syscalls: ['getpgrp', '/seccomp', 'prctl'] } };

function output(records: TraceRecord[]): string {
  return records
    .flatMap(({ detail }) => (detail.case === 'output' ? [Buffer.from(detail.value.data)] : []))
    .join('');
}

function errorsOf({ records }: Trace): TraceRecord[] {
  return records.filter(({ kind }) => kind === RecordKind.TRACER_ERROR);
}

/** Signals that ended tasks. */
function deaths({ records }: Trace): number[] {
  return records.flatMap(({ detail }) =>
    detail.case === 'taskExit' && detail.value.signal > 0 ? [detail.value.signal] : [],
  );
}

describe('strict mode', () => {
  test('is that of an untraced run', { timeout }, async ({ client, folder }) => {
    const argv = [fixture('seccomp-strict'), `${folder}/made`];
    const untraced = await run(argv, '/');
    expect(untraced.stdout.toString()).toContain('prctl: entered 0\nprctl: signal 9\n');
    const trace = await traceToEnd(client, launch(argv, { capture }, privileged));
    expect(output(trace.records)).toBe(untraced.stdout.toString());
    expect(existsSync(`${folder}/made`)).toBe(false);
    expect(errorsOf(trace)).toEqual([]);
  });

  test('is recorded as where every call stops', { timeout }, async ({ client }) => {
    const argv = [fixture('seccomp-strict')];
    const inKernel = await traceToEnd(client, launch(argv, { capture }, privileged));
    // A rule that never matches has all calls stop.
    const rules = { inject: [{ syscalls: ['swapoff'], error: 'EPERM' }] };
    const stopping = await traceToEnd(client, launch(argv, { capture, rules }, privileged));
    const story = ({ records }: Trace) =>
      records
        .filter(({ syscall, kind }) => syscall !== '' && kind === RecordKind.EXIT)
        .map(({ syscall, text, errnoName }) => `${syscall} ${errnoName} ${text}`)
        .map((line) => line.replace(/0x[0-9a-f]{6,}/g, 'ADDRESS'));
    expect(story(inKernel)).toEqual(story(stopping));
    expect(deaths(inKernel)).toEqual(deaths(stopping));
  });
});

// Without CAP_SYS_ADMIN a filter needs no_new_privs, and without CAP_SYS_PTRACE that takes nothing.
test('without capabilities the program sees no no_new_privs', { timeout }, async () => {
  const prefix = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
  await using server = await startServer({ label: 'without capabilities', prefix });
  await using client = new Client(server.address);
  const argv = [fixture('seccomp-strict')];
  const untraced = await run([...prefix, ...argv], '/');
  expect(untraced.stdout.toString()).toContain('filter 0: 13\n');
  const trace = await traceToEnd(client, launch(argv, { capture }, privileged));
  expect(output(trace.records)).toBe(untraced.stdout.toString());
  const status = await traceToEnd(
    client,
    launch(['grep', 'NoNewPrivs', '/proc/self/status'], { capture }, privileged),
  );
  expect(output(status.records)).toBe('NoNewPrivs:\t1\n'); // docs/limits.md
});

test('no filter where privileges would be lost', { timeout }, async () => {
  const prefix = ['setpriv', '--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin'];
  await using server = await startServer({ label: 'without CAP_SYS_ADMIN', prefix });
  await using client = new Client(server.address);
  const argv = ['grep', '-E', '^(NoNewPrivs|Seccomp):', '/proc/self/status'];
  const trace = await traceToEnd(client, launch(argv, { capture }, privileged));
  expect(output(trace.records)).toBe('NoNewPrivs:\t0\nSeccomp:\t0\n');
});

test('no filter beside one that the server runs under', { timeout }, async () => {
  const getppid = 110; // of x86_64
  const prefix = [fixture('without-call'), String(getppid), '/usr/bin/env'];
  await using server = await startServer({ label: 'under a filter', prefix });
  await using client = new Client(server.address);
  const calls = { filter: { syscalls: ['getppid'] } };
  const { records } = await traceToEnd(
    client,
    launch([fixture('threads'), '5'], { capture: calls }),
  );
  const exits = records.filter(({ kind }) => kind === RecordKind.EXIT);
  expect(exits.map(({ syscall }) => syscall)).toEqual(Array(5).fill('getppid'));
});
