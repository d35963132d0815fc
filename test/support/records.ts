/** Short ways to say what is looked for in records. */
import {
  type NewTaskDetail,
  RecordKind,
  type SignalDetail,
  type StopDetail,
  type TaskExitDetail,
  type TraceRecord,
} from '../../src/gen/ptraced/v1/record_pb.js';

/** "NAME = RESULT" of every EXIT, of one task or of all: the errno's name instead of the number. */
export function returns(records: TraceRecord[], tid?: number): string[] {
  return records
    .filter((record) => record.kind === RecordKind.EXIT && (tid ?? record.tid) === record.tid)
    .map((record) => `${record.syscall} = ${record.errnoName || record.ret}`);
}

/** How many ENTERs of a call there are. */
export function enterCount(records: TraceRecord[], syscall: string): number {
  return records.filter((record) => record.kind === RecordKind.ENTER && record.syscall === syscall)
    .length;
}

export function exitsOf(records: TraceRecord[], syscall: string): TraceRecord[] {
  return records.filter((record) => record.kind === RecordKind.EXIT && record.syscall === syscall);
}

/** Details of a kind, each with its record. */
function details<T>(records: TraceRecord[], name: string): (T & { record: TraceRecord })[] {
  return records.flatMap((record) =>
    record.detail.case === name ? [{ ...(record.detail.value as T), record }] : [],
  );
}

export const newTasks = (records: TraceRecord[]) => details<NewTaskDetail>(records, 'newTask');
export const taskExits = (records: TraceRecord[]) => details<TaskExitDetail>(records, 'taskExit');
export const signals = (records: TraceRecord[]) => details<SignalDetail>(records, 'signal');
export const stops = (records: TraceRecord[]) => details<StopDetail>(records, 'stop');

/** The TASK_EXIT that carries a process's status. */
export function processEnd(records: TraceRecord[], pid: number) {
  return taskExits(records).find((end) => end.processEnded && end.record.pid === pid);
}

/** Values of the "NAME VALUE..." lines that a fixture printed, by name; the first of each name. */
export function groundTruth(lines: string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^(\S+) ?(.*)$/.exec(line) ?? [];
    if (!values.has(name)) {
      values.set(name, value);
    }
  }
  return values;
}
