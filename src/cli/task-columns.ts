/** Tasks as tables show them, and as users name them. */

import { StopReason, type Task, TaskState, type TraceRecord } from '../client/index.js';
import { parseNumber } from './options.js';
import type { Column } from './text-output.js';
import { enumName } from './values.js';

/** The kernel's own limit (proc_sys_kernel(5), pid_max). */
const MAX_PID = 4_194_304;

/** A process or thread id; `what` names it in the UsageError. */
export function parseId(text: string, what: 'PID' | 'TID'): number {
  return parseNumber(text, what, 1, MAX_PID);
}

/** What a held task was doing: its call or signal, or how it ends. */
function placeOf(record: TraceRecord | undefined): string {
  const ending = record?.detail.case === 'stop' ? record.detail.value.ending : undefined;
  if (ending === undefined) {
    return record?.text ?? '';
  }
  return ending.signal === 0
    ? `about to exit with ${ending.exitCode ?? 0}`
    : `about to be killed by ${ending.signalName}`;
}

export const TASK_COLUMNS: readonly Column<Task>[] = [
  { heading: 'TID', value: ({ tid }) => tid, right: true },
  { heading: 'PID', value: ({ pid }) => pid, right: true },
  { heading: 'STATE', value: ({ state }) => enumName(TaskState, state) },
  { heading: 'STOP', value: ({ stopId }) => stopId || '-', right: true },
  {
    heading: 'REASON',
    value: ({ stopReason }) => (stopReason === 0 ? '-' : enumName(StopReason, stopReason)),
  },
  { heading: 'NAME', value: ({ comm }) => comm },
  { heading: 'AT', value: ({ stopRecord }) => placeOf(stopRecord) },
];
