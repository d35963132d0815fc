/** The tasks of a stream, as its records tell of them: the part of the validator that has memory. */
import {
  RecordKind,
  StopReason,
  TaskOrigin,
  type TraceRecord,
} from '../../src/gen/ptraced/v1/record_pb.js';
import { EndCause } from '../../src/gen/ptraced/v1/session_pb.js';

/** What the request makes of the stream. */
export interface StreamNature {
  /** Tasks of the root process may come without a NEW_TASK, and with an EXIT first. */
  attached: boolean;
  /** Of them, only one, which may execute a program in the place of its leader. */
  singleThread: boolean;
  /** Calls need no ENTER. */
  combined: boolean;
  /** Tasks may leave without a TASK_EXIT. */
  detaching: boolean;
  /** A filter leaves records out, so that only what is there can be checked. */
  partial: boolean;
}

interface Task {
  pid: number;
  /** The call that it is in. */
  open: TraceRecord | undefined;
  /** An EXIT without ENTER is possible: it was seized in the middle of a call. */
  fresh: boolean;
  lastTime: bigint;
  /** Named by its last record: the STOP that says why the task is held must follow. */
  announcedStop: bigint;
}

/** Why a task is held by us, rather than by the kernel. */
const holds = new Set([StopReason.PAUSE, StopReason.RULE, StopReason.STEP, StopReason.START]);

/** Clocks of the two stops are read next to each other, but the tracer may be preempted between. */
const clockTolerance = 200_000_000n;

function nanoseconds(time: { seconds: bigint; nanos: number } | undefined): bigint {
  return time ? time.seconds * 1_000_000_000n + BigInt(time.nanos) : 0n;
}

export class TaskBook {
  readonly #nature: StreamNature;
  readonly #complain: (text: string) => void;
  readonly #tasks = new Map<number, Task>();
  readonly #unfollowed = new Set<number>();
  /** Leaders that an execve of a thread has superseded, until its EXIT comes under their tid. */
  readonly #superseded = new Set<number>();
  readonly #endedProcesses = new Set<number>();
  /** Of every STOP that holds a task. */
  readonly #stopIds = new Set<bigint>();
  #root = 0;
  #anyLoss = false;
  readonly #startTime = BigInt(Date.now()) * 1_000_000n;

  constructor(nature: StreamNature, complain: (text: string) => void) {
    this.#nature = nature;
    this.#complain = complain;
  }

  root(pid: number): void {
    this.#root = pid;
  }

  /** Nothing is known any more of calls under way, nor of which tasks there are. */
  loss(_first: bigint, _last: bigint): void {
    this.#anyLoss = true;
    this.#tasks.clear();
  }

  record(record: TraceRecord): void {
    if (
      record.kind === RecordKind.OUTPUT ||
      record.kind === RecordKind.TRACER_ERROR ||
      record.kind === RecordKind.RULES_CHANGED
    ) {
      return;
    }
    const task = this.#find(record);
    this.#time(record, task);
    this.#hold(record, task);
    switch (record.kind) {
      case RecordKind.ENTER:
        if (task.open) {
          this.#say(record, `enters while ${task.open.syscall} (${task.open.serial}) is open`);
        }
        task.open = record;
        task.fresh = false;
        break;
      case RecordKind.EXIT:
        this.#exit(record, task);
        break;
      case RecordKind.NEW_TASK:
        this.#newTask(record, task);
        break;
      case RecordKind.EXEC:
        this.#exec(record, task);
        break;
      case RecordKind.TASK_EXIT:
        this.#taskExit(record);
        break;
    }
  }

  /** After the last record. */
  end(cause: EndCause): void {
    const { attached, detaching, partial } = this.#nature;
    const excused = this.#anyLoss || attached || detaching || partial;
    if (!excused && this.#tasks.size > 0 && cause === EndCause.TRACEES_EXITED) {
      this.#complain(`ended without TASK_EXIT of ${[...this.#tasks.keys()].join(' ')}`);
    }
  }

  #say(record: TraceRecord, what: string): void {
    this.#complain(
      `record ${record.serial} (${RecordKind[record.kind]} ${record.syscall}) of ${record.tid}: ${what}`,
    );
  }

  /** The task of a record; made known where the stream may begin with it. */
  #find(record: TraceRecord): Task {
    const known = this.#tasks.get(record.tid);
    if (known) {
      if (known.pid !== record.pid) {
        this.#say(record, `pid ${record.pid} instead of ${known.pid}`);
      }
      return known;
    }
    const task: Task = {
      pid: record.pid,
      open: undefined,
      fresh: true,
      lastTime: 0n,
      announcedStop: 0n,
    };
    if (this.#superseded.delete(record.tid) || this.#takesUntracedPlace(record)) {
      this.#takeOver(record, task);
    } else if (!this.#mayBegin(record)) {
      this.#say(record, 'no NEW_TASK before it, or after its TASK_EXIT');
    }
    this.#tasks.set(record.tid, task);
    return task;
  }

  /** A leader that is not traced has no TASK_EXIT. */
  #takesUntracedPlace({ kind, tid, pid, enterSerial }: TraceRecord): boolean {
    return (
      this.#nature.singleThread &&
      kind === RecordKind.EXIT &&
      tid === pid &&
      this.#tasks.get(this.#root)?.open?.serial === enterSerial
    );
  }

  #mayBegin(record: TraceRecord): boolean {
    if (this.#anyLoss || this.#nature.partial) {
      return true;
    }
    const first = !this.#endedProcesses.has(record.pid);
    if (this.#nature.attached && !this.#nature.singleThread) {
      return record.pid === this.#root && first;
    }
    return record.tid === this.#root && first;
  }

  /** T8: the thread that called execve goes on under the process's id, with its open call. */
  #takeOver(record: TraceRecord, task: Task): void {
    for (const [tid, former] of this.#tasks) {
      if (former.pid === record.pid && former.open?.serial === record.enterSerial) {
        task.open = former.open;
        this.#tasks.delete(tid);
        return;
      }
    }
    if (!this.#nature.combined && !this.#nature.partial && !this.#anyLoss) {
      this.#say(record, 'goes on after a superseded leader without an open execve of a thread');
    }
  }

  #time(record: TraceRecord, task: Task): void {
    const time = nanoseconds(record.time);
    const latest = BigInt(Date.now()) * 1_000_000n + clockTolerance;
    // The ENTER of a call that is taking long is made late, such as behind the NEW_TASK of a vfork.
    const late = this.#nature.combined && record.kind === RecordKind.ENTER;
    const earliest = late ? 0n : task.lastTime;
    if (time < earliest || time < this.#startTime - clockTolerance || time > latest) {
      this.#say(record, `time ${time} after ${task.lastTime}`);
    }
    if (!late) {
      task.lastTime = time;
    }
  }

  /** Records of a stop in which the task is held share its id, and its STOP comes last. */
  #hold(record: TraceRecord, task: Task): void {
    const { announcedStop } = task;
    task.announcedStop = 0n;
    const ended = record.kind === RecordKind.TASK_EXIT;
    if (announcedStop !== 0n && record.stopId !== announcedStop && !ended && !this.#isPartial) {
      this.#say(record, `no STOP of ${announcedStop} before it`);
    }
    const { detail } = record;
    if (detail.case !== 'stop' || !holds.has(detail.value.reason)) {
      task.announcedStop = record.stopId;
      return;
    }
    if (record.stopId === 0n || this.#stopIds.has(record.stopId)) {
      this.#say(record, `stop_id ${record.stopId}, which is none or was given before`);
    }
    this.#stopIds.add(record.stopId);
  }

  get #isPartial(): boolean {
    return this.#nature.partial || this.#anyLoss;
  }

  #exit(record: TraceRecord, task: Task): void {
    const { open } = task;
    task.open = undefined;
    if (record.enterSerial === 0n) {
      const excused = task.fresh || this.#nature.combined || this.#nature.partial || this.#anyLoss;
      if (open || !excused) {
        this.#say(record, `no enter_serial though ${open?.syscall ?? 'nothing'} is open`);
      }
      task.fresh = false;
      return;
    }
    task.fresh = false;
    if (!open) {
      if (!this.#anyLoss) {
        this.#say(record, `closes ${record.enterSerial}, which is not open`);
      }
      return;
    }
    const same =
      open.serial === record.enterSerial &&
      open.sysno === record.sysno &&
      open.syscall === record.syscall &&
      open.arch === record.arch &&
      open.args.every((word, index) => word === record.args[index]);
    if (!same) {
      this.#say(record, `does not fit its ENTER ${open.serial} ${open.syscall}`);
    }
    const duration = nanoseconds(record.duration);
    const between = nanoseconds(record.time) - nanoseconds(open.time);
    const off = duration - between;
    if (duration <= 0n || off > clockTolerance || off < -clockTolerance) {
      this.#say(record, `duration ${duration}, ${between} between the stops`);
    }
  }

  #newTask(record: TraceRecord, maker: Task): void {
    if (record.detail.case !== 'newTask') {
      this.#say(record, 'no detail');
      return;
    }
    const { newTid, newPid, origin, followed } = record.detail.value;
    if (this.#tasks.has(newTid)) {
      this.#say(record, `${newTid} is there already`);
    }
    const thread = origin === TaskOrigin.THREAD;
    if (thread ? newPid !== maker.pid : newPid !== newTid) {
      this.#say(record, `${TaskOrigin[origin]} ${newTid} in process ${newPid}`);
    }
    this.#endedProcesses.delete(newPid);
    if (followed) {
      this.#tasks.set(newTid, {
        pid: newPid,
        open: undefined,
        fresh: false,
        lastTime: 0n,
        announcedStop: 0n,
      });
    } else {
      this.#unfollowed.add(newTid);
    }
  }

  #exec(record: TraceRecord, task: Task): void {
    if (record.detail.case !== 'exec') {
      this.#say(record, 'no detail');
      return;
    }
    const { formerTid, exe } = record.detail.value;
    if (record.tid !== record.pid || exe === '') {
      this.#say(record, `in process ${record.pid}, executable "${exe}"`);
    }
    if (task.open && !this.#anyLoss) {
      this.#say(record, `${task.open.syscall} is still open`);
    }
    if (formerTid !== 0 && this.#tasks.has(formerTid)) {
      this.#say(record, `${formerTid} is there still`);
    }
  }

  #taskExit(record: TraceRecord): void {
    if (record.detail.case !== 'taskExit') {
      this.#say(record, 'no detail');
      return;
    }
    const { exitCode, signal, processEnded, superseded } = record.detail.value;
    if (!superseded && (exitCode === undefined) === (signal === 0)) {
      this.#say(record, `exit code ${exitCode} and signal ${signal}`);
    }
    this.#tasks.delete(record.tid);
    if (superseded && record.tid === record.pid) {
      this.#superseded.add(record.tid);
      return;
    }
    if (!processEnded) {
      return;
    }
    const left = [...this.#tasks].filter(([, task]) => task.pid === record.pid).map(([tid]) => tid);
    if (left.length > 0) {
      this.#say(record, `ends the process, but ${left.join(' ')} did not end`);
    }
    if (this.#endedProcesses.has(record.pid)) {
      this.#say(record, 'the process has ended already');
    }
    this.#endedProcesses.add(record.pid);
  }
}
