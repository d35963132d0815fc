/** What tracing costs a command: per call, at start, and where a filter lets calls pass. */
import { writeFileSync } from 'node:fs';
import { compile } from './programs.mjs';
import { compare, median, printRatios, printTable } from './tables.mjs';
import { behind, plainTracers, strace } from './tracers.mjs';

/**
 * @typedef {import('./tracers.mjs').Tracer} Tracer
 * @typedef {import('./server.mjs').BenchServer} BenchServer
 * @typedef {import('./run.mjs').Bench} Bench
 */

const references = ['untraced', 'bare loop, pinned', 'bare loop', 'strace -f'];

/** @param {BenchServer} server @returns {[string, Tracer][]} */
function tracers(server) {
  return [
    ...plainTracers,
    ['ptraced, text', server.trace({})],
    ['ptraced, values', server.trace({ decode: 3 })],
    ['ptraced, text and values', server.trace({ decode: 4 })],
    ['ptraced, raw', server.trace({ decode: 1 })],
    ['ptraced, text, combined', server.trace({ mode: 2 })],
  ];
}

/** Microseconds of a call. @param {number} count @returns {(tracer: Tracer) => Promise<number>} */
function callTime(count) {
  const statLoop = compile('stat_loop.c');
  return async (tracer) => {
    const calls = tracer === plainTracers[0]?.[1] ? count * 10 : count;
    return Number((await tracer([statLoop, String(calls)])).stdout) / 1000;
  };
}

/** @param {Bench} bench */
export async function measureCalls({ server, quick }) {
  const count = quick ? 20_000 : 100_000;
  const title = `Microseconds per stat(), ${count.toLocaleString('en')} calls`;
  const medians = await compare(tracers(server), quick ? 3 : 7, callTime(count));
  printRatios(title, 'tracer', 'us', medians, references);
  await printSummaryCost(medians.get('ptraced, text') ?? Number.NaN);
}

/** What counting a call for GetSummary takes of a traced call. @param {number} tracedUs */
async function printSummaryCost(tracedUs) {
  const program = compile('summary_cost.cc', ['wire/summary.cc', 'wire/time_histogram.cc']);
  const runs = [];
  for (let round = 0; round < 5; round++) {
    const { stdout } = await behind()([program]);
    runs.push(stdout.trim().split('\n').map(Number));
  }
  const rows = ['in the caches', 'after 1 MiB of other memory'].map((name, index) => {
    const ns = median(runs.map((run) => run[index] ?? Number.NaN));
    return [name, ns.toPrecision(3), `${(ns / tracedUs / 10).toPrecision(2)}%`];
  });
  printTable('Counting a call for GetSummary', ['memory', 'ns', 'of "ptraced, text"'], rows);
}

/** @param {Bench} bench */
export async function measureCommands({ server, quick, folder }) {
  const source = `${folder}/program.c`;
  writeFileSync(source, '#include <stdio.h>\nint main(void) { return puts("x") < 0; }\n');
  /** @type {[string, string[]][]} */
  const commands = [
    ['Python start', ['/usr/bin/python3', '-c', 'import json, email.message, http.client']],
    ['gcc compile and link', ['gcc', '-O2', '-o', `${folder}/program`, source]],
  ];
  for (const [name, argv] of commands) {
    const medians = await compare(
      tracers(server),
      quick ? 3 : 7,
      async (tracer) => (await tracer(argv)).seconds * 1000,
    );
    printRatios(`Milliseconds of a ${name}`, 'tracer', 'ms', medians, references);
  }
}

/** Calls that nobody wants, where a seccomp program lets them pass. @param {Bench} bench */
export async function measureFilter({ server, quick }) {
  const filter = { syscalls: ['execve'] };
  const only = ['-e', 'trace=execve', '-o', '/dev/null'];
  /** @type {[string, Tracer][]} */
  const subjects = [
    ['untraced', behind()],
    ['strace --seccomp-bpf', behind(strace, '-f', '--seccomp-bpf', ...only)],
    ['strace', behind(strace, '-f', ...only)],
    ['ptraced', server.trace({ filter }, { inKernel: true })],
  ];
  const count = quick ? 300_000 : 1_000_000;
  const statLoop = compile('stat_loop.c');
  const medians = await compare(subjects, quick ? 3 : 7, async (tracer) => {
    const calls = tracer === subjects[2]?.[1] ? count / 20 : count;
    return Number((await tracer([statLoop, String(calls)])).stdout) / 1000;
  });
  const title = 'Microseconds per stat() where only execve is traced';
  printRatios(title, 'tracer', 'us', medians, ['untraced', 'strace --seccomp-bpf']);
}
