/** strace 7.2, the oracle: runs it, and reads what it wrote. */

import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { CallLog, type Calls } from './calls.js';
import { tool } from './paths.js';
import { type Run, run } from './program.js';

/** Path of the oracle. */
export function oracle(): string {
  return tool('STRACE72', 'strace/strace');
}

/** Runs a command under `strace -f` with more options, and returns the log beside what it did. */
export async function underStrace(
  argv: string[],
  cwd: string,
  options: string[] = [],
): Promise<Run & { log: string }> {
  const directory = mkdtempSync(`${tmpdir()}/ptraced-strace-`);
  try {
    const log = `${directory}/log`;
    // The oracle's launcher is a shell, which puts PWD into the environment.
    const result = await run([oracle(), '-f', '-E', 'PWD', '-o', log, ...options, ...argv], cwd);
    return { ...result, log: await readFile(log, 'latin1') };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Options under which the lines need no understanding of arguments. */
export const rawOptions = ['-e', 'raw=all', '-e', 'signal=none'];

const call = /^(\d+) +(\w+)\((.*)$/;
const resumed = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/;
const result = /\) += (\?|0x[0-9a-f]+|-?\d+)(?: (E\w+))?[^)]*(?:\([^)]*\))?$/;
const superseded = /^(\d+) +\+\+\+ superseded by execve in pid (\d+) \+\+\+$/;
const makers = new Set(['fork', 'vfork', 'clone', 'clone3']);

/** The calls of a log; without `rawOptions`, with their text. */
export function callsOfStrace(text: string): Calls {
  const log = new CallLog();
  const open = new Map<number, ReturnType<CallLog['add']>>();
  const born = childrenByMaker(text);
  let first = true;
  const close = (tid: number, rest: string) => {
    const parts = result.exec(rest);
    const entered = open.get(tid);
    if (!parts || !entered) {
      return;
    }
    open.delete(tid);
    entered.text += rest;
    entered.error = parts[2] ?? '';
    entered.value = parts[1] === '?' || parts[1] === undefined ? undefined : BigInt(parts[1]);
  };
  for (const line of text.split('\n')) {
    const [, tid = '', name = '', rest = ''] = call.exec(line) ?? [];
    const [, resumedTid = '', , resumedRest = ''] = resumed.exec(line) ?? [];
    const [, formerLeader = '', caller = ''] = superseded.exec(line) ?? [];
    if (tid !== '') {
      if (first) {
        log.begin(Number(tid), '0');
        first = false;
      }
      const child = makers.has(name) ? (born.get(Number(tid))?.shift() ?? 0) : 0;
      if (child > 0) {
        log.newTask(Number(tid), child);
      }
      const entered = log.add(Number(tid), name);
      const [begun = '', ...unfinished] = rest.split(/ ?<unfinished \.\.\.>$/);
      entered.text = `${name}(${unfinished.length > 0 ? begun : ''}`;
      open.set(Number(tid), entered);
      close(Number(tid), rest);
    } else if (resumedTid !== '') {
      close(Number(resumedTid), resumedRest);
    } else if (caller !== '') {
      log.rename(Number(caller), Number(formerLeader));
      const entered = open.get(Number(caller));
      if (entered) {
        open.set(Number(formerLeader), entered);
      }
    }
  }
  return log.finish();
}

/**
 * The results of each task's forks and clones, in order. A child's lines may come before the line in
 * which its maker's call returns, so that they are collected beforehand.
 */
function childrenByMaker(text: string): Map<number, number[]> {
  const born = new Map<number, number[]>();
  for (const line of text.split('\n')) {
    const [, tid, name = '', rest = ''] = call.exec(line) ?? resumed.exec(line) ?? [];
    const value = makers.has(name) ? result.exec(rest)?.[1] : undefined;
    if (value !== undefined) {
      const maker = Number(tid);
      born.set(maker, [...(born.get(maker) ?? []), Number(value)]);
    }
  }
  return born;
}
