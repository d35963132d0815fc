/** Rules as the addon takes them. Names of syscalls, errors and signals are checked there. */
import type { NativeFilter } from './addon.js';

/** Tampering with calls. */
export interface NativeInjectRule {
  /** Path in the request, for errors. */
  field: string;
  /** strace's grammar; empty: every call. */
  syscalls: string[];
  /** Which of them; without kinds and outcomes. */
  at: NativeFilter;
  /** From 1. */
  first: number;
  step: number;
  /** 0: no limit. */
  last: number;
  /** Each thread by itself; else the threads of a process together. */
  countThreads: boolean;
  /** Its calls are of no later rule. */
  exclusive: boolean;
  /** Calls are recorded only where the filter of the session selects them. */
  filtered: boolean;
  /** Name or number of an error; empty: none. */
  error: string;
  returnValue?: bigint;
  /** Name or number; empty: none. */
  signal: string;
  enterDelayNs: bigint;
  exitDelayNs: bigint;
  /** Each index, 0 to 5, once. */
  arguments: { index: number; value: bigint }[];
  patches: { argument: number; data: Uint8Array; onExit: boolean }[];
}

export interface NativeStopRule {
  at: NativeFilter;
  /** 0: until a client resumes it. */
  timeoutNs: bigint;
}

export interface NativeSignalRule {
  /** Path in the request, for errors. */
  field: string;
  /** Empty: all. */
  signals: string[];
  /** Empty: none is delivered. */
  replacement: string;
}

export interface NativeRules {
  inject: NativeInjectRule[];
  stop: NativeStopRule[];
  signals: NativeSignalRule[];
}
