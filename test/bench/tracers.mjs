/** Tracers that need no server, each as a function from a command to how long it took and what it said. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compile } from './programs.mjs';

const run = promisify(execFile);

/**
 * @typedef {{ seconds: number, stdout: string, records?: number }} Measure
 * @typedef {(argv: string[]) => Promise<Measure>} Tracer
 */

/** Runs commands with `prefix` before them. @param {string[]} prefix @returns {Tracer} */
export function behind(...prefix) {
  return async (argv) => {
    const [file = '', ...args] = [...prefix, ...argv];
    const begun = performance.now();
    const { stdout } = await run(file, args);
    return { seconds: (performance.now() - begun) / 1000, stdout };
  };
}

/** Debian's own. */
export const strace = '/usr/bin/strace';

const bareLoop = compile('bare_loop.cc');
const pinned = ['taskset', '-c', '0'];

/** By name; the first traces nothing. @type {[string, Tracer][]} */
export const plainTracers = [
  ['untraced', behind()],
  ['bare loop, pinned', behind(...pinned, bareLoop)],
  ['bare loop', behind(bareLoop)],
  ['strace -f, pinned', behind(...pinned, strace, '-f', '-o', '/dev/null')],
  ['strace -f', behind(strace, '-f', '-o', '/dev/null')],
];
