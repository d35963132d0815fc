/** What the addon does to the memory and registers of a session's tasks. */

/** An address, or an expression in the grammar of MemoryService. */
export type NativeLocation = bigint | string | Uint8Array;

/** Where memory could not be read. */
export interface NativeFault {
  address: bigint;
  /** Of the mapping there, such as "---p"; empty where nothing is mapped. */
  permissions: string;
}

/** Bytes from a task's memory: fewer than asked for where there is a fault. */
export interface NativeBytes {
  data: Buffer;
  fault?: NativeFault;
}

export interface NativeMapping {
  start: bigint;
  /** Address after the last. */
  end: bigint;
  permissions: string;
  offset: bigint;
  path: Buffer;
}

/**
 * The memory of one process, read on a thread of the session that may wait for it. Every promise rejects
 * with TASK_NOT_FOUND once the process is gone, and with SESSION_ENDED once the session has ended.
 */
export interface NativeMemoryReader {
  /** Of the location that it was opened with. */
  readonly address: bigint;
  /** The stop in which the task was held when it was opened; 0: it was not. */
  readonly stopId: bigint;
  /** `size` at most 16 MiB. The bytes stand in `data` behind `headroom` zeros, for what goes before them. */
  read(address: bigint, size: number, headroom: number): Promise<NativeBytes>;
  /** All of them, without their paths. */
  mappings(): Promise<NativeMapping[]>;
  /** Those that begin at `from` or behind it: `maxCount` at most, and no more once their paths have `maxPathBytes`. */
  mappings(range: {
    from: bigint;
    maxCount: number;
    maxPathBytes: number;
  }): Promise<NativeMapping[]>;
  /** The strings of a NULL-terminated array of pointers of the process's own size; up to the fault, if any. */
  readStrings(
    address: bigint,
    maxStrings: number,
    maxStringBytes: number,
  ): Promise<{ strings: Buffer[]; truncated: boolean; fault?: NativeFault }>;
  /**
   * Where the pattern begins in [start, end), at most 16 MiB apart, and lies before `limit`. A byte
   * matches where it equals that of `value` in the bits of `mask`. What cannot be read matches nothing.
   */
  search(
    range: { start: bigint; end: bigint; limit: bigint },
    pattern: { value: Buffer; mask: Buffer },
    maxMatches: number,
  ): Promise<BigUint64Array>;
  /** Gives up the process. Idempotent; no other method may be called then. */
  close(): void;
}

/** Registers in the order of struct user_regs_struct, and the stop in which they were read. */
export interface NativeRegisters {
  values: BigUint64Array;
  stopId: bigint;
}

/**
 * Part of NativeSession. A process is meant by its id or by that of any of its threads. Rejects with
 * ADDRESS_SYNTAX, TASK_NOT_FOUND, NOT_HELD (a register in an expression), PTRACE_DENIED or SESSION_ENDED.
 */
export interface NativeMemory {
  /** On the tracer thread: `size` at most 64 KiB. The bytes of a held task are of one moment. */
  readMemory(
    pid: number,
    at: NativeLocation,
    size: number,
  ): Promise<NativeBytes & { address: bigint; stopId: bigint }>;
  /**
   * All of it or nothing. Rejects also with ADDRESS_UNMAPPED, MEMORY_READ_ONLY, MEMORY_MISMATCH,
   * NOT_HELD (`expected`, or a force that only a held task can be written with) or STOP_CHANGED.
   */
  writeMemory(
    pid: number,
    at: NativeLocation,
    write: {
      data: Uint8Array;
      /** Only if these are there. */
      expected?: Uint8Array;
      force: boolean;
      /** 0: whichever, or none. */
      expectedStopId: bigint;
    },
  ): Promise<{ address: bigint; previous: Buffer }>;
  openMemory(pid: number, at: NativeLocation): Promise<NativeMemoryReader>;
  /** Rejects with TASK_NOT_FOUND, NOT_HELD or SESSION_ENDED. */
  registers(tid: number): Promise<NativeRegisters>;
  /**
   * Sets registers by name, all or none. Rejects also with UNKNOWN_REGISTER, STOP_CHANGED, or
   * FIELD_INVALID where the kernel refuses the value of the register in the metadata.
   */
  setRegisters(
    tid: number,
    values: Record<string, bigint>,
    expectedStopId: bigint,
  ): Promise<NativeRegisters>;
}
