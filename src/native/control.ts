/** What the addon does to single tasks. Each rejects with a NativeFailure, SESSION_ENDED among them. */

/** A task as it was at a moment. */
export interface NativeTask {
  tid: number;
  pid: number;
  /** A TaskState number. */
  state: number;
  /** 0 where it is not held. */
  stopId: bigint;
  /** A StopReason number; 0 where it is not held. */
  stopReason: number;
  /** Its name as it came into the stop; absent where it is not held. */
  comm?: Buffer;
  /** The record of the stop, an encoded TraceRecord; none where none was made. */
  stopRecord?: Buffer;
}

export interface NativeResume {
  /** Empty: all that are held. Otherwise each must be held. */
  tids: number[];
  /** Delivered to the one task: instead of the signal that it stops for, where it does; 0: none. */
  signal?: number;
  /** Of the one task; 0: whichever. */
  expectedStopId: bigint;
}

export interface NativeStep {
  tid: number;
  kind: 'syscall' | 'instruction';
  /** At least 1. */
  count: number;
  signal?: number;
  expectedStopId: bigint;
  timeoutMs: number;
}

export interface NativeStepResult {
  /** Absent where it has ended. */
  task?: NativeTask;
  stepsDone: number;
  /** Encoded TraceRecords. */
  records: Buffer[];
  /** There were 1 MiB of records, and it is held before it has done all steps. */
  cutShort: boolean;
}

export interface NativeControl {
  /** Tasks with a larger tid, by tid. */
  listTasks(afterTid: number, limit: number): Promise<NativeTask[]>;
  /**
   * Holds these tasks, or all, and resolves when they stand; after at most 2 s, with those that cannot stop
   * as running. TASK_NOT_FOUND.
   */
  pause(request: { tids: number[] }): Promise<NativeTask[]>;
  /** Resolves with the tasks as they were held. TASK_NOT_FOUND, NOT_HELD, STOP_CHANGED. */
  resume(request: NativeResume): Promise<NativeTask[]>;
  /** TASK_NOT_FOUND, NOT_HELD, STOP_CHANGED, STOP_TIMEOUT. */
  step(request: NativeStep): Promise<NativeStepResult>;
  /** `tid` 0: any. TASK_NOT_FOUND, STOP_TIMEOUT. */
  waitStop(request: { tid: number; afterStopId: bigint; timeoutMs: number }): Promise<NativeTask>;
  /** TASK_NOT_FOUND, PTRACE_DENIED. */
  sendSignal(request: { pid: number; signal: number; threadOnly: boolean }): Promise<void>;
  /** Resolves, after at most 800 ms, with those that are let go. TASK_NOT_FOUND. */
  detachProcesses(request: { pids: number[] }): Promise<NativeTask[]>;
  /**
   * Whether somebody is there to let tasks go. False: everything that is held goes on, and stop rules
   * without a timeout hold nothing, until it is true again, as it is at first.
   */
  setHolder(present: boolean): Promise<void>;
}
