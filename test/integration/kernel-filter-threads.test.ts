/** A call filter in the kernel beside filters that programs give all their threads at once. */
import { describe, expect } from 'vitest';
import { RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import { longPatience as timeout } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { run } from '../support/program.js';
import { launch, traceToEnd } from '../support/trace.js';

function output(records: TraceRecord[]): string {
  return records
    .flatMap(({ detail }) => (detail.case === 'output' ? [Buffer.from(detail.value.data)] : []))
    .join('');
}

/** The lines but the count of calls, and that count; threads speak in any order. */
function parts(said: string) {
  const lines = said.trimEnd().split('\n');
  const made = lines.find((line) => line.startsWith('made '));
  return {
    lines: lines.filter((line) => line !== made).sort(),
    made: Number(made?.slice('made '.length)),
  };
}

const ways = {
  plain: 'a filter of ERRNO',
  i386: 'the call of another table',
  listener: 'a filter that asks a listener',
  failed: 'a thread that cannot be given the filter',
  probe: 'a call without a filter',
};

describe('each call is told where a filter is given to all threads', () => {
  for (const [way, what] of Object.entries(ways)) {
    test(what, { timeout }, async ({ client }) => {
      const argv = [fixture('seccomp-threads'), way];
      const untraced = await run(argv, '/');
      const capture = { filter: { syscalls: ['getppid'] } };
      const { records } = await traceToEnd(client, launch(argv, { capture }));
      const { lines, made } = parts(output(records));
      expect(lines).toEqual(parts(untraced.stdout.toString()).lines);
      const calls = (kind: RecordKind) =>
        records.filter((record) => record.kind === kind && record.syscall === 'getppid');
      expect(calls(RecordKind.ENTER)).toHaveLength(made);
      expect(calls(RecordKind.EXIT)).toHaveLength(made);
      expect(records.filter(({ kind }) => kind === RecordKind.TRACER_ERROR)).toEqual([]);
    });
  }
});
