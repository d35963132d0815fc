/** How the command line ends: as the command did. */

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** The end of this process: a status, or a signal that it dies of. */
export type ExitStatus = { readonly code: number } | { readonly signal: number };

/** Something did not work. */
export const FAILURE: ExitStatus = { code: 1 };
/** `status`, unless the sink lacks something that could not be written. */
export function statusWith(sink: { readonly incomplete: boolean }, status: ExitStatus): ExitStatus {
  return sink.incomplete ? FAILURE : status;
}

/** The command line is wrong. */
export const USAGE: ExitStatus = { code: 2 };

const { signals } = constants;

/** Node ignores the first two, and starts its inspector on the third. */
const NOT_FATAL_TO_NODE: ReadonlySet<number> = new Set([
  signals.SIGPIPE,
  signals.SIGXFSZ,
  signals.SIGUSR1,
]);

/** Signals whose default action is to dump core (signal(7)). */
const CORE_SIGNALS: ReadonlySet<number> = new Set([
  signals.SIGQUIT,
  signals.SIGILL,
  signals.SIGTRAP,
  signals.SIGABRT,
  signals.SIGBUS,
  signals.SIGFPE,
  signals.SIGSEGV,
  signals.SIGXCPU,
  signals.SIGSYS,
]);

/** How long the kernel may take to deliver a signal that we send ourselves. */
const DELIVERY_MS = 1000;

/**
 * Ends the process. For a signal, by that signal, so that a shell sees what it would have seen of
 * the command itself; with status 128+N where it would not be fatal or could dump our core over the
 * command's.
 */
export async function exitWith(status: ExitStatus): Promise<never> {
  if ('code' in status) {
    process.exit(status.code);
  }
  const { signal } = status;
  if (!NOT_FATAL_TO_NODE.has(signal) && !(CORE_SIGNALS.has(signal) && mayDumpCore())) {
    restoreDefault(signal);
    process.kill(process.pid, signal);
    await setTimeout(DELIVERY_MS);
  }
  process.exit(128 + signal);
}

/** Takes away what listens, such as to a signal that we were told to ignore. */
function restoreDefault(signal: number): void {
  for (const [name, number] of Object.entries(signals)) {
    if (number === signal) {
      process.removeAllListeners(name);
    }
  }
}

/** Whether the soft limit lets this process leave a core. */
function mayDumpCore(): boolean {
  const limit = /^Max core file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
  return limit?.[1] !== '0';
}
