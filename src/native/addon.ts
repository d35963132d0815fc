/**
 * The typed face of the native addon: what C++ offers to TypeScript. Nothing here runs on a tracer
 * thread; every promise is settled on the JS thread.
 */
import type { NativeControl } from './control.js';
import type { NativeMemory } from './memory.js';
import type { NativeRules } from './rules.js';

/** Where a standard stream of a launched command goes; as StdioMode of the API. */
export type NativeStdio = 'null' | 'pipe' | 'capture' | 'inherit';

/** A name, an argument or a path; bytes where it is no text. */
export type NativeText = string | Uint8Array;

/** What a command gets of this process. Masks: bit N-1 is signal N. */
export interface NativeInheritance {
  ignoredSignals: bigint;
  blockedSignals: bigint;
  /** Sent again to the command. */
  pendingSignals: bigint;
  /** First and last of each range, flat. Those above 2 are closed here once the command has them. */
  descriptors: number[];
  /** Those that stay open here nevertheless. */
  keptDescriptors: number[];
  /** Standard streams that /dev/null takes the place of here then. */
  releasedStreams: number[];
}

/** A command to start. Every default is filled in before it comes here. */
export interface NativeLaunch {
  /** Not empty; no NUL bytes. */
  argv: NativeText[];
  /** Looked up in the PATH of `env` where it has no slash. */
  executable: NativeText;
  /** The whole environment, as it is. */
  env: NativeText[];
  /** Absolute. */
  cwd: NativeText;
  uid?: number;
  gid?: number;
  /** Set together with uid or gid; replaces every inherited supplementary group then. */
  groups: number[];
  stdin: NativeStdio;
  stdout: NativeStdio;
  stderr: NativeStdio;
  /** Run in the root directory of this process; 0: the server's own. */
  rootOfPid: number;
  startPaused: boolean;
  /** No privileges, and no way into this process. */
  confined: boolean;
  /** Soft RLIMIT_NOFILE of the command, since Node raises its own. */
  softNofile: number;
  /** Unset: default dispositions, an empty mask, the standard streams alone. */
  inheritance?: NativeInheritance;
}

/** The process that connected a unix socket. */
export interface NativePeer {
  /** 0: in a pid namespace that is not below ours. */
  pid: number;
  uid: number;
  /** "own": below this process, by launch; "unknown": it has ended, or may not be looked at. */
  descent: 'stranger' | 'own' | 'unknown';
}

/** A process to attach to. */
export interface NativeAttach {
  pid: number;
  singleThread: boolean;
  startPaused: boolean;
}

/** A RecordFilter. Every condition that is set must hold. */
export interface NativeFilter {
  /** Path of the filter in the request, such as "capture.filter"; failures name the field with it. */
  field: string;
  /** strace's grammar; empty: every call. */
  syscalls: string[];
  /** RecordKind numbers; empty: all. */
  kinds: number[];
  pids: number[];
  failedOnly: boolean;
  successfulOnly: boolean;
  /** Names of errors, checked by the addon. */
  errnos: string[];
  /** 0n: any. */
  minDurationNs: bigint;
  /** Absolute. */
  paths: NativeText[];
  /** What the paths lead to; they count as well. */
  realPaths?: NativeText[];
  fds: number[];
}

/** Bytes to read at the stops that a filter selects. */
export interface NativeProbe {
  /** Path of the probe in the request, such as "capture.probes[0]". */
  field: string;
  name: string;
  at: NativeFilter;
  /** An expression in the grammar of MemoryProbe. */
  address: NativeText;
  /** Where the number of bytes comes from: `number`, the argument of that index, or the result. */
  length: 'bytes' | 'argument' | 'return';
  number: number;
  /** At most. */
  maxBytes: number;
}

/** What is recorded. */
export interface NativeCapture {
  mode: 'enter-exit' | 'combined';
  decode: 'raw' | 'text' | 'values' | 'text-and-values';
  registers: boolean;
  /** With every call. */
  files: boolean;
  systemTime: boolean;
  /** Of the text of calls. */
  textSpans: boolean;
  unabbreviated: boolean;
  /** 0 to 1 MiB. */
  maxStringBytes: number;
  filter: NativeFilter;
  probes: NativeProbe[];
  followThreads: boolean;
  followProcesses: boolean;
  detachOnExec: boolean;
  ringBytes: number;
  overflow: 'block' | 'drop-oldest';
  /** 0: no limit. */
  maxBlockMs: number;
  /**
   * The first lossless reader that starts at 0 misses nothing: it counts as opened before the first record,
   * and under BLOCK the tracees wait for it. Otherwise, until somebody reads, the ring overwrites.
   */
  awaitReader: boolean;
  /**
   * Calls of a launched command that the filter excludes do not stop it. It cannot be detached then, and has
   * no_new_privs only where tracing keeps setuid programs from their privileges anyway. Where the filter would
   * miss calls, or the kernel refuses it, all calls stop.
   */
  filterInKernel: boolean;
  rules: NativeRules;
  /**
   * Descriptor of this process by which a lossless reader writes the lines about a launched command; -1: none.
   * What the command writes to the same terminal or file waits, under BLOCK, for the lines about what it did
   * before.
   */
  linesFd: number;
}

/** One step of a stream. `frame` is an encoded TraceResponse (equally a SubscribeResponse). */
export type NativeFrame =
  | {
      kind: 'batch';
      frame: Buffer;
      /** Where the RecordBatch of `frame` begins; it reaches to the end. */
      payload: number;
      /** How many records are in it. */
      records: number;
      /** Up to which it is complete. */
      lastSerial: bigint;
    }
  | {
      kind: 'lost';
      count: bigint;
      firstSerial: bigint;
      lastSerial: bigint;
      /** A LossReason number. */
      reason: number;
    }
  /** The filter left out all that was looked at, and there is more: others may have their turn first. */
  | { kind: 'more' }
  | { kind: 'end' };

/** How a reader of a session's ring reads. */
export interface NativeReaderOptions {
  /** The oldest record, the next new one, or the one after a serial, which need not exist yet. */
  start: 'oldest' | 'latest' | bigint;
  /** Under BLOCK, tracees wait for this reader. */
  lossless: boolean;
  /**
   * Unset: everything. Paths, and descriptors that stand in memory, are kept of calls only once a filter
   * asks for them: calls that were recorded before pass such conditions.
   */
  filter?: NativeFilter;
}

/** A reader of a session's ring. One `next` at a time. */
export interface NativeCursor {
  /**
   * Resolves with the next frame, or null once the reader has been closed. Under BLOCK, the records of
   * a frame count as taken when the next `next` is called. It has at most `maxRecords` records.
   */
  next(maxRecords?: number): Promise<NativeFrame | null>;
  /** The same without waiting: null where there is nothing now. Not while a `next` is pending. */
  take(maxRecords: number): NativeFrame | null;
  /** Serial up to which everything that passes the filter has been handed out. */
  readonly lastSerial: bigint;
  /** Ends the reader; a pending `next` resolves with null. Idempotent. */
  close(): void;
}

/** How a process ended. */
export interface NativeExit {
  exitCode?: number;
  signal: number;
  signalName: string;
  coreDumped: boolean;
}

/** What changes while a session runs; what is not set stays. */
export interface NativeChanges {
  filter?: NativeFilter;
  probes?: NativeProbe[];
  rules?: NativeRules;
}

/** Counts of the calls of one name. */
export interface NativeSummaryRow {
  /** Empty: numbers that no table has. */
  syscall: string;
  /** 0: of all processes, or of those that have no row of their own because there were too many. */
  pid: number;
  /** Name of that process; empty for 0. */
  comm: Uint8Array;
  /** That returned. */
  calls: bigint;
  errors: bigint;
  errorsByName: Record<string, bigint>;
  /** Between enter and exit, in nanoseconds, of calls whose entry was seen. */
  totalNs: bigint;
  minNs: bigint;
  p50Ns: bigint;
  p95Ns: bigint;
  p99Ns: bigint;
  maxNs: bigint;
  /** In the kernel; unset where it is not measured. */
  systemNs?: bigint;
}

/** How a session ended. */
export interface NativeEnd {
  /** An EndCause number. */
  cause: number;
  /** How the root process ended, where it did while traced. */
  rootExit?: NativeExit;
  /** More about the cause, for people; empty where there is nothing to say. */
  message: string;
}

export interface NativeSessionInfo {
  firstSerial: bigint;
  lastSerial: bigint;
  lostRecords: bigint;
  liveTasks: number;
  /** How the root process ended, where it did and others run on; after the end NativeEnd has it. */
  rootExit?: NativeExit;
  ringBytes: number;
  /** The kernel lets calls pass that the capture filter excludes. */
  filteredInKernel: boolean;
}

/** One tracer thread with its tracees and its ring. */
export interface NativeSession extends NativeControl, NativeMemory {
  readonly rootPid: number;
  /** Settles once no tracee is left. Never rejects. The ring can still be read then. */
  readonly ended: Promise<NativeEnd>;
  info(): NativeSessionInfo;
  /** Whether all calls of the set, in strace's grammar, stop the tracees. True for a bad set, which has none. */
  seesCalls(syscalls: string[]): boolean;
  /** Opens a reader. Throws a NativeFailure for its filter: UNKNOWN_SYSCALL, FIELD_INVALID. */
  openCursor(options: NativeReaderOptions): NativeCursor;
  /**
   * Changes what is recorded, between two records. Resolves with the serial of the RULES_CHANGED record
   * that stands there and is in the ring by then. Rejects with SESSION_ENDED; throws UNKNOWN_SYSCALL,
   * FIELD_INVALID, ADDRESS_SYNTAX.
   */
  update(changes: NativeChanges): Promise<bigint>;
  /** Every call so far, also after the end and after dispose. Rows with most time first. */
  summary(byProcess: boolean): { rows: NativeSummaryRow[]; lastSerial: bigint };
  /**
   * Detaches from every tracee or kills it; resolves like `ended`. `cause` is the EndCause number
   * that the session then reports. Idempotent: the first call decides.
   */
  end(action: 'detach' | 'kill', cause: number): Promise<NativeEnd>;
  /**
   * Gives bytes to the pipe of the command's standard input, and with `close` closes it after them. Resolves
   * with true once they are taken: what the pipe has no room for waits in memory. With false where nobody
   * reads it any more, it is closed, or it is no pipe, unless it is only to be closed. Rejects with SESSION_ENDED.
   */
  writeStdin(data: Uint8Array, close: boolean): Promise<boolean>;
  /** Resolves once nothing of what was taken waits in memory. Rejects with SESSION_ENDED. */
  stdinDrained(): Promise<void>;
  /** Frees the ring. Only after `ended`; open cursors see their end. */
  dispose(): void;
}

/** A user of this machine. */
export interface NativeUser {
  uid: number;
  gid: number;
  /** Supplementary ones, as initgroups(3) sets them: that of the user itself first. */
  groups: number[];
}

/** A row of a syscall table. */
export interface NativeSyscall {
  number: number;
  name: string;
  arguments: string[];
  /** Such as "%file". */
  classes: string[];
}

/**
 * Failure of a native operation: an Error with these fields. `reason` is a reason of the error model
 * (docs/errors.md), such as EXECUTABLE_NOT_FOUND, EXEC_FAILED, PROCESS_NOT_FOUND, PTRACE_DENIED,
 * ALREADY_TRACED, UNKNOWN_SYSCALL or TRACER_FAILURE.
 */
export interface NativeFailure extends Error {
  reason: string;
  /** The system call or step that failed, such as "execve" or "chdir"; may be empty. */
  operation: string;
  /** Positive errno; 0 where none applies. */
  errno: number;
  /** Its symbolic name, such as "ENOENT"; empty for 0. */
  errnoName: string;
  /** More facts for programs, such as the address that could not be read. */
  metadata?: Record<string, string>;
}

/** A log that nothing waits for: a thread of its own writes it. */
export interface NativeLog {
  /** Takes whole lines, with their ends. What finds no room in memory is dropped, and counted. */
  write(lines: string): void;
  /** Blocks until what was taken is written or dropped; false where that takes longer. */
  flush(timeoutMs: number): boolean;
  /** Lines that were dropped so far: no room, or an error such as ENOSPC or EPIPE. */
  dropped(): number;
}

export interface NativeAddon {
  launch(target: NativeLaunch, capture: NativeCapture): Promise<NativeSession>;
  attach(target: NativeAttach, capture: NativeCapture): Promise<NativeSession>;
  /** `arch` is an Arch number. Throws a NativeFailure for an unknown name or a bad expression. */
  listSyscalls(arch: number, syscalls: string[]): NativeSyscall[];
  /** A struct sockaddr in strace's notation, and as an encoded Value; no value where there is no family. */
  socketAddress(bytes: Uint8Array): { text: string; value?: Buffer };
  /**
   * Calls `gone` once nobody reads the other end of a pipe or socket any more, or the terminal has hung up;
   * never for a file. It watches until the function that it returns is called, on a thread of its own, and
   * does not keep the process alive.
   */
  watchHangup(fd: number, gone: () => void): () => void;
  /**
   * For each path what realpath(3) has, null where there is nothing, and undefined where a file system does not
   * answer within 5 s, or all of them not within 10 s. Asks in a process of its own. Throws or rejects with a
   * NativeFailure: SYSTEM_LIMIT, and RATE_LIMIT where 16 calls of the kind wait.
   */
  realPaths(of: { paths: NativeText[] }): Promise<(Buffer | null | undefined)[]>;
  /** The same for what regular files have in them, up to 16 MiB, within 2 s each. */
  readFiles(of: { paths: NativeText[] }): Promise<(Buffer | null | undefined)[]>;
  /** Once for a descriptor. At most `maxBytes` of lines wait. Throws a NativeFailure: SYSTEM_LIMIT. */
  openLog(fd: number, maxBytes: number): NativeLog;
  /** Ends the process as _exit(2) does: without waiting for threads that do not come back. */
  exit(status: number): never;
  /** The number of a signal by name, with or without "SIG", or number; 0 where there is none. */
  signalNumber(text: string): number;
  /**
   * The user called `name`, else the one whose id that is in decimal, as nsswitch.conf(5) has users looked up; null
   * where there is none. It may wait for as long as the name service does, on a thread of its own, and does not
   * keep the process alive. Rejects with USER_LOOKUP_FAILED where the name service fails.
   */
  lookUpUser(name: string): Promise<NativeUser | null>;
  /** Threads of all sessions, with those that wait for the end of a launched command that was let go. */
  tracerThreads(): number;
  /** Whether the kernel has PTRACE_GET_SYSCALL_INFO, PTRACE_SET_SYSCALL_INFO, process_vm_readv, call filters. */
  probe(): Promise<{
    getSyscallInfo: boolean;
    setSyscallInfo: boolean;
    processVm: boolean;
    seccompFilter: boolean;
    /** Call filters for commands that are confined. */
    confinedSeccompFilter: boolean;
    /** Landlock can keep signals within a command's own tree. */
    signalScope: boolean;
  }>;
  /**
   * Hardens this process against others of its user, for good: no dumps, a saved group id of its own where CAP_SETGID
   * allows, and all that it launches stays below it. Orphans of launched commands are reaped then. For a process that
   * has no other children.
   */
  hardenProcess(): void;
  /** Reaps orphans that the signal of their end did not tell of. After hardenProcess. */
  reapOrphans(): void;
  /** Who is at the other end of a unix socket. */
  peerOf(fd: number): NativePeer;
}
