/** The signals that end a trace, and who else has got them. */

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { isIgnored } from '../inherited.js';

/** A signal by which a user ends a program. */
export type EndSignal = 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGTERM';

const END_SIGNALS: readonly EndSignal[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'];

/** Number of a signal. */
export function signalNumber(signal: EndSignal): number {
  return constants.signals[signal];
}

/**
 * Handles the signals until it is disposed of. Once `abort` has fired there is nothing left to wait
 * for but our own output, and whoever should read it may never do so: the process then dies of the
 * next signal, except of SIGHUP, which kernel and shell may both send when one terminal goes.
 */
export function onEndSignal(abort: AbortSignal, handle: (signal: EndSignal) => void): Disposable {
  const listener = (signal: EndSignal): void => {
    if (!abort.aborted) {
      handle(signal);
    } else if (signal !== 'SIGHUP') {
      stop();
      process.kill(process.pid, signal);
    }
  };
  const stop = listen(listener);
  return { [Symbol.dispose]: stop };
}

/** Returns what takes the listener away again. What was ignored when we were started stays so, as under nohup(1). */
function listen(listener: (signal: EndSignal) => void): () => void {
  const signals = END_SIGNALS.filter((signal) => !isIgnored(signal));
  for (const signal of signals) {
    process.on(signal, listener);
  }
  return () => {
    for (const signal of signals) {
      process.off(signal, listener);
    }
  };
}

/**
 * Whether a process here got the signal as well, from the terminal: a key such as Ctrl-C is for
 * every process of the terminal's foreground group.
 */
export function terminalSentTo(pid: number, signal: EndSignal): boolean {
  if (signal !== 'SIGINT' && signal !== 'SIGQUIT') {
    return false;
  }
  const own = terminalOf('self');
  const other = terminalOf(pid);
  return (
    own !== undefined &&
    other !== undefined &&
    own.foreground > 0 &&
    own.group === own.foreground &&
    other.group === own.group
  );
}

/** Whether we may read from our terminal. */
export function inForeground(): boolean {
  const own = terminalOf('self');
  return own === undefined || own.foreground <= 0 || own.group === own.foreground;
}

/** Process group, and foreground group of the controlling terminal (proc_pid_stat(5)). */
function terminalOf(pid: number | 'self'): { group: number; foreground: number } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is a name in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { group: Number(fields[2]), foreground: Number(fields[5]) };
}
