/** F2: which calls an inject rule tampers with: by file, by descriptor, by process. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect } from 'vitest';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import type { InjectRuleSchema } from '../../src/gen/ptraced/v1/session_pb.js';
import { TraceService } from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { controlOf } from '../support/control.js';
import { test } from '../support/harness.js';
import { commandEnvironment } from '../support/program.js';
import { exitsOf } from '../support/records.js';
import { oracle } from '../support/strace.js';
import { launch, Trace, traceToEnd } from '../support/trace.js';

type Rule = MessageInitShape<typeof InjectRuleSchema>;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  for (const name of ['in', 'in/deep', 'out']) {
    mkdirSync(`${folder}/${name}`);
  }
  for (const name of ['in/one', 'in/deep/two', 'out/three']) {
    writeFileSync(`${folder}/${name}`, `${name}\n`);
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function shell(script: string): string[] {
  return ['/bin/sh', '-c', `cd ${folder}; ${script}`];
}

/** Lines that the command wrote to a descriptor. */
function output(trace: Trace, fd: 1 | 2): string[] {
  return trace.output(fd).toString().split('\n').slice(0, -1);
}

/** "ERROR true" of each EXIT of a tampered call whose text says so. */
function tamperedCalls(records: TraceRecord[], syscall: string): string[] {
  return exitsOf(records, syscall)
    .filter(({ tampered }) => tampered)
    .map(({ errnoName, text }) => `${errnoName} ${text.endsWith('(INJECTED)')}`);
}

test('fails the calls for files below a folder, and no other', async ({ client }) => {
  const argv = shell('cat in/one; cat in/deep/two; cat out/three; cat ./out/../in/one');
  const rule: Rule = { syscalls: ['openat'], error: 'ENOSPC', at: { paths: [`${folder}/in`] } };
  const trace = await traceToEnd(client, launch(argv, { rules: { inject: [rule] } }));
  expect(output(trace, 1)).toEqual(['out/three']);
  expect(output(trace, 2)).toEqual(
    ['in/one', 'in/deep/two', './out/../in/one'].map(
      (name) => `cat: ${name}: No space left on device`,
    ),
  );
  expect(tamperedCalls(trace.records, 'openat')).toEqual(Array(3).fill('ENOSPC true'));
});

test('counts the calls that use the file, as strace -P does', async ({ client }) => {
  const [one, three] = [`${folder}/in/one`, `${folder}/out/three`];
  const script = [three, one, three, one, one].map((name) => `true < ${name} && echo ${name}`);
  const argv = ['/bin/sh', '-c', script.join('; ')];
  const inject = 'inject=openat:error=ENOSPC:when=2';
  const theirs = spawnSync(oracle(), ['-o', '/dev/null', '-P', one, '-e', inject, ...argv], {
    env: commandEnvironment(),
  });
  const rule = { syscalls: ['openat'], error: 'ENOSPC', first: 2, last: 2, at: { paths: [one] } };
  const trace = await traceToEnd(client, launch(argv, { rules: { inject: [rule] } }));
  expect(output(trace, 1).join('\n')).toBe(theirs.stdout.toString().trimEnd());
  expect(output(trace, 1)).toEqual([three, one, three, one]);
});

test('looks at descriptors', async ({ client }) => {
  const rule: Rule = { syscalls: ['write'], error: 'EPERM', at: { fds: [2] } };
  const argv = shell('cat in/one missing out/three');
  const trace = await traceToEnd(client, launch(argv, { rules: { inject: [rule] } }));
  expect(output(trace, 1)).toEqual(['in/one', 'out/three']);
  expect(output(trace, 2)).toEqual([]);
});

test('looks at processes', async ({ client }) => {
  const argv = shell('cat in/one; exec cat out/three');
  await using trace = new Trace(client, launch(argv, {}, { startPaused: true }));
  const control = await controlOf(client, trace);
  const pids = [(await control.stop()).pid];
  const inject: Rule[] = [{ error: 'EIO', at: { pids, paths: [folder], syscalls: ['read'] } }];
  await client.unary(TraceService.method.updateSession, {
    session: { name: control.session, rules: { inject } },
  });
  await control.resume();
  await trace.finish();
  expect(output(trace, 1)).toEqual(['in/one']);
  expect(output(trace, 2)).toEqual(['cat: out/three: Input/output error']);
});

test.for([
  ['another call', { syscalls: ['close'] }],
  ['another kind', { kinds: [RecordKind.SIGNAL] }],
  ['another outcome', { successfulOnly: true }],
  ['another file', { paths: ['/dev/null'] }],
] as const)(
  'is recorded where the filter of the session wants %s',
  async ([, filter], { client }) => {
    const at = { paths: [`${folder}/in`] };
    const inject: Rule[] = [{ syscalls: ['openat'], error: 'ENOSPC', at }];
    const options = { rules: { inject }, capture: { filter: filter as never } };
    const trace = await traceToEnd(client, launch(shell('cat in/one out/three'), options));
    expect(tamperedCalls(trace.records, 'openat')).toEqual(['ENOSPC true']);
  },
);
