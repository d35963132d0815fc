/**
 * Records in, strace's lines out. Pure: it knows neither files nor clocks, so that a recording is
 * printed exactly as the live stream was.
 */

import { RecordKind, type TraceRecord } from '../gen/ptraced/v1/record_pb.js';
import { LossReason, type LostRecords } from '../gen/ptraced/v1/trace_service_pb.js';
import { TaskArchs } from './task-archs.js';

/** Where the printer writes. Both may go to the same place; the order of the calls is kept then. */
export interface PrinterSink {
  /** Text of the log: parts of lines, in order. */
  log(text: string): void;
  /** A message about the trace itself, a whole line without its end. */
  notice(text: string): void;
}

/** What the printer does differently. */
export interface PrinterOptions {
  /**
   * When a line begins with the task's id. "always": `1234  `, as strace does in a file; "several":
   * `[pid  1234] ` while more than one task is traced, as on a terminal, and where that is not known;
   * "never".
   */
  readonly prefix: 'always' | 'several' | 'never';
  /** Column of the result. strace's default is 40. */
  readonly resultColumn: number;
  /**
   * Tell which tasks come under trace and leave it, and when one begins to make calls of another
   * architecture; "once-attached": where a process was attached to.
   */
  readonly showAttach: boolean | 'once-attached';
  /** Print how tasks end. */
  readonly showExit: boolean;
}

/** The part of a TraceRecord that is printed. */
export type PrintedRecord = Pick<
  TraceRecord,
  | 'serial'
  | 'kind'
  | 'tid'
  | 'pid'
  | 'arch'
  | 'syscall'
  | 'text'
  | 'resultOffset'
  | 'enterSerial'
  | 'error'
  | 'detail'
>;

/** A call whose beginning has been printed and whose result has not. */
interface PendingCall {
  readonly serial: bigint;
  readonly pid: number;
  readonly name: string;
  readonly text: string;
  /** Every argument has been printed. */
  readonly complete: boolean;
  /** Its line was closed with `= ?`, since it is not expected to return. */
  closed: boolean;
}

/** Calls that end their task: their line is closed at once, as no result will come. */
const NEVER_RETURNS = new Set(['exit', 'exit_group']);

const LOSS_REASONS: Readonly<Record<number, string>> = {
  [LossReason.RING_EVICTED]: 'they had left the ring',
  [LossReason.SUBSCRIBER_SLOW]: 'they came faster than they were taken',
  [LossReason.BLOCK_TIMEOUT]: 'the tracees were not held any longer',
};

export class StracePrinter {
  readonly #sink: PrinterSink;
  readonly #options: PrinterOptions;
  /** Traced tasks, and what each has in flight. */
  readonly #tasks = new Map<number, PendingCall | undefined>();
  readonly #archs = new TaskArchs();
  /** Messages that wait for the open line to end. */
  #notices: string[] = [];
  #late = false;
  /** A process was attached to. */
  #attached = false;
  /** The task whose line is open, 0 for none. */
  #openTid = 0;
  /** Characters in the open line. */
  #column = 0;

  constructor(sink: PrinterSink, options: PrinterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** What came before is not known: other tasks may be traced, so that lines say whose they are. */
  joinedLate(): void {
    this.#late = true;
  }

  /** Tells of a process that is attached to; `tids` are its threads, where they are known. */
  attached(pid: number, tids: readonly number[] = [pid]): void {
    this.#attached = true;
    for (const tid of tids) {
      this.#tasks.set(tid, undefined);
    }
    const threads = tids.length > 1 ? ` with ${tids.length} threads` : '';
    this.#noteAttach(`Process ${pid} attached${threads}`);
  }

  /** Prints a record; those that strace does not show print nothing. */
  record(record: PrintedRecord): void {
    switch (record.kind) {
      case RecordKind.ENTER:
        this.#enter(record);
        break;
      case RecordKind.EXIT:
        this.#exit(record);
        break;
      case RecordKind.SIGNAL:
      case RecordKind.STOP:
        this.#event(record);
        break;
      case RecordKind.NEW_TASK:
        this.#newTask(record);
        break;
      case RecordKind.EXEC:
        this.#exec(record);
        break;
      case RecordKind.TASK_EXIT:
        this.#taskExit(record);
        break;
      case RecordKind.TRACER_ERROR:
        this.notice(`task ${record.tid}: ${record.error}`);
        break;
      default:
        break;
    }
  }

  /** Says that records are missing here. */
  lost(lost: LostRecords): void {
    this.#closeOpenLine();
    const why = LOSS_REASONS[lost.reason];
    const records = lost.count === 1n ? '1 record' : `${lost.count} records`;
    this.notice(`${records} lost${why === undefined ? '' : `: ${why}`}`);
  }

  /** Prints a message, not in the middle of a line. */
  notice(text: string): void {
    this.#closeOpenLine();
    this.#sink.notice(text);
  }

  /** Ends the log: the tasks that are still traced run on without us. */
  detached(): void {
    if (this.#openTid !== 0) {
      this.#write(' <detached ...>');
      this.#endLine();
    }
    for (const tid of this.#tasks.keys()) {
      this.#noteAttach(`Process ${tid} detached`);
    }
    this.#tasks.clear();
    this.#flushNotices();
  }

  /** Ends the log where nothing more is known of the tasks. */
  finish(): void {
    this.#closeOpenLine();
    this.#flushNotices();
  }

  #enter(record: PrintedRecord): void {
    // strace prints a separator with the argument that follows it.
    const text = record.text.endsWith(', ') ? record.text.slice(0, -2) : record.text;
    const call: PendingCall = {
      serial: record.serial,
      pid: record.pid,
      name: callName(record),
      text,
      complete: record.resultOffset > 0,
      closed: false,
    };
    this.#noteMode(record);
    this.#tasks.set(record.tid, call);
    this.#beginLine(record.tid);
    this.#write(text);
    if (NEVER_RETURNS.has(call.name)) {
      call.closed = true;
      this.#unknownResult();
    }
  }

  #exit(record: PrintedRecord): void {
    const call = this.#takePending(record);
    if (
      call === undefined ||
      record.resultOffset < call.text.length ||
      !record.text.startsWith(call.text)
    ) {
      if (call === undefined) {
        this.#noteMode(record);
      }
      this.#beginLine(record.tid);
      this.#result(record, 0);
      return;
    }
    if (this.#openTid !== record.tid || call.closed) {
      this.#beginLine(record.tid);
      this.#write(`<... ${call.name} resumed>`);
    }
    this.#result(record, call.text.length);
  }

  /** The call that this EXIT ends, if its beginning was printed. */
  #takePending(record: PrintedRecord): PendingCall | undefined {
    const call = this.#tasks.get(record.tid);
    this.#tasks.set(record.tid, undefined);
    if (record.enterSerial === 0n) {
      return undefined;
    }
    if (call?.serial === record.enterSerial) {
      return call;
    }
    // An execve that returns in another task than made it: the thread took over its process's id.
    for (const [tid, other] of this.#tasks) {
      if (other?.serial === record.enterSerial && other.pid === record.pid) {
        this.#tasks.delete(tid);
        if (this.#openTid === tid) {
          this.#closeOpenLine();
        }
        return other;
      }
    }
    return undefined;
  }

  /** The rest of a call's line after its first `from` characters, with the result at its column. */
  #result(record: PrintedRecord, from: number): void {
    const { text, resultOffset } = record;
    if (resultOffset > 0) {
      this.#write(text.slice(from, resultOffset));
      this.#padToResult();
      this.#write(text.slice(resultOffset + 1));
    } else {
      this.#write(text);
    }
    this.#endLine();
  }

  #unknownResult(): void {
    this.#write(')');
    this.#padToResult();
    this.#write('= ?');
    this.#endLine();
  }

  #padToResult(): void {
    this.#write(' '.repeat(Math.max(1, this.#options.resultColumn - this.#column)));
  }

  /** A line of its own. */
  #event(record: PrintedRecord, tasks?: number): void {
    if (record.text === '') {
      return;
    }
    this.#beginLine(record.tid, tasks);
    this.#write(record.text);
    this.#endLine();
  }

  #newTask(record: PrintedRecord): void {
    if (record.detail.case !== 'newTask' || !record.detail.value.followed) {
      return;
    }
    const { newTid } = record.detail.value;
    if (!this.#tasks.has(record.tid)) {
      // A filter has left out all that its parent did.
      this.#tasks.set(record.tid, undefined);
    }
    this.#archs.inherit(newTid, record.tid);
    if (!this.#tasks.has(newTid)) {
      this.#tasks.set(newTid, undefined);
      this.#noteAttach(`Process ${newTid} attached`);
    }
  }

  #exec(record: PrintedRecord): void {
    if (record.detail.case === 'exec' && record.detail.value.formerTid !== 0) {
      const { formerTid } = record.detail.value;
      this.#tasks.delete(formerTid);
      this.#archs.rename(formerTid, record.tid);
    }
  }

  #taskExit(record: PrintedRecord): void {
    const call = this.#tasks.get(record.tid);
    if (call !== undefined && !call.closed) {
      if (this.#openTid !== record.tid) {
        this.#beginLine(record.tid);
        this.#write(`<... ${call.name} resumed>`);
      }
      this.#write(call.complete ? '' : ' <unfinished ...>');
      this.#unknownResult();
    }
    if (this.#options.showExit) {
      // A leader that an execve of another thread replaces no longer counts: they are one now.
      const replaced = isReplacedLeader(record);
      if (replaced) {
        this.#changePid(record.pid);
      }
      this.#event(record, replaced ? this.#tasks.size - 1 : undefined);
    }
    this.#tasks.delete(record.tid);
    this.#archs.delete(record.tid);
  }

  /** A line of its own where the task's calls are of another architecture than before. */
  #noteMode({ tid, arch }: PrintedRecord): void {
    const mode = this.#archs.change(tid, arch);
    if (mode !== undefined && this.#showsNotices()) {
      this.#beginLine(tid);
      this.#write(`[ Process PID=${tid} runs in ${mode} mode. ]`);
      this.#endLine();
    }
  }

  #showsNotices(): boolean {
    const { showAttach } = this.#options;
    return showAttach === true || (showAttach === 'once-attached' && this.#attached);
  }

  /** Ends the open line of a thread whose execve is about to return in its process's id. */
  #changePid(pid: number): void {
    const call = this.#tasks.get(this.#openTid);
    if (call !== undefined && this.#openTid !== pid && call.pid === pid) {
      this.#write(` <pid changed to ${pid} ...>`);
      this.#endLine();
    }
  }

  /**
   * Begins a line of the task; another line that is open is left unfinished. `tasks`: how many are
   * traced.
   */
  #beginLine(tid: number, tasks?: number): void {
    this.#closeOpenLine();
    this.#flushNotices();
    if (!this.#tasks.has(tid)) {
      this.#tasks.set(tid, undefined);
    }
    this.#openTid = tid;
    if (this.#options.prefix === 'always') {
      this.#write(`${String(tid).padEnd(5)} `);
    } else if (
      this.#options.prefix === 'several' &&
      (this.#late || (tasks ?? this.#tasks.size) > 1)
    ) {
      this.#write(`[pid ${String(tid).padStart(5)}] `);
    }
  }

  #closeOpenLine(): void {
    if (this.#openTid !== 0) {
      this.#write(' <unfinished ...>');
      this.#endLine();
    }
  }

  #endLine(): void {
    this.#sink.log('\n');
    this.#openTid = 0;
    this.#column = 0;
    this.#flushNotices();
  }

  #write(text: string): void {
    this.#sink.log(text);
    this.#column += text.length;
  }

  #noteAttach(text: string): void {
    if (this.#showsNotices()) {
      this.#notices.push(text);
      if (this.#openTid === 0) {
        this.#flushNotices();
      }
    }
  }

  #flushNotices(): void {
    for (const notice of this.#notices) {
      this.#sink.notice(notice);
    }
    this.#notices = [];
  }
}

/** The end of a leader in whose place another thread of its process executes a program. */
function isReplacedLeader({ detail, tid, pid }: PrintedRecord): boolean {
  return detail.case === 'taskExit' && detail.value.superseded && tid === pid;
}

/** Calls without a name are called as their text begins, such as "syscall_0x1f4". */
function callName(record: PrintedRecord): string {
  return record.syscall || record.text.slice(0, Math.max(0, record.text.indexOf('(')));
}
