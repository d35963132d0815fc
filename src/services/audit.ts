/**
 * Lines of the log that say who has changed what a tracee does: where and how much, never the data. Each
 * carries what the call's log does: method, principal and, over TCP, the peer.
 */
import type { CallContext } from '../context.js';
import type { Rules } from '../gen/ptraced/v1/session_pb.js';
import { hex } from './memory-place.js';

type Log = CallContext['log'];

/** `address` is that of the first byte. */
export function auditMemoryWrite(
  log: Log,
  session: string,
  written: { pid: number; address: bigint; length: number; force: boolean },
): void {
  log.info({ session, ...written, address: hex(written.address) }, 'memory written');
}

/** `registers` are names. */
export function auditRegisters(log: Log, session: string, tid: number, registers: string[]): void {
  log.info({ session, tid, registers }, 'registers written');
}

export function auditStdin(log: Log, session: string, length: number): void {
  log.info({ session, length }, 'standard input written');
}

/** `signal` is a number. */
export function auditSignal(
  log: Log,
  session: string,
  sent: { pid: number; signal: number; threadOnly: boolean },
): void {
  log.info({ session, ...sent }, 'signal sent');
}

/** How many rules of each kind a session has now, and which calls they tamper with. */
export function auditRules(log: Log, session: string, { inject, stop, signals }: Rules): void {
  const rules = { inject: inject.length, stop: stop.length, signals: signals.length };
  const tampered = inject.map(({ syscalls }) => syscalls.join(',') || 'all');
  log.info({ session, rules, tampered }, 'rules set');
}

/** The same for a session that begins, where it has any. */
export function auditFirstRules(log: Log, session: string, rules: Rules): void {
  if (rules.inject.length + rules.stop.length + rules.signals.length > 0) {
    auditRules(log, session, rules);
  }
}
