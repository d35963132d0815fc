/** The tracers that are compared, each as a function from a command to how long it took and what it said. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const cache = `${root}/node_modules/.cache/bench`;
const run = promisify(execFile);

/**
 * @typedef {{ seconds: number, stdout: string, records?: number }} Measure
 * @typedef {(argv: string[]) => Promise<Measure>} Tracer
 */

/** Compiles a program of native/bench, once for its source. @param {string} source */
function compile(source) {
  const path = `${root}/native/bench/${source}`;
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
  const program = `${cache}/${source.replace(/\.\w+$/, '')}-${hash}`;
  if (!existsSync(program)) {
    mkdirSync(cache, { recursive: true });
    const compiler = source.endsWith('.cc') ? ['g++', '-std=c++20'] : ['gcc', '-std=gnu11'];
    execFileSync(compiler[0], [compiler[1], '-O2', '-Wall', '-Wextra', '-o', program, path]);
  }
  return program;
}

/** Runs commands with `prefix` before them. @param {string[]} prefix @returns {Tracer} */
function behind(...prefix) {
  return async (argv) => {
    const [file = '', ...args] = [...prefix, ...argv];
    const begun = performance.now();
    const { stdout } = await run(file, args);
    return { seconds: (performance.now() - begun) / 1000, stdout };
  };
}

/** The workload of calls. */
export const statLoop = compile('stat_loop.c');

const bareLoop = compile('bare_loop.cc');
const strace = '/usr/bin/strace'; // Debian's own
const pinned = ['taskset', '-c', '0'];

/** Tracers that need no server, by name. @type {[string, Tracer][]} */
export const plainTracers = [
  ['untraced', behind()],
  ['bare loop, pinned', behind(...pinned, bareLoop)],
  ['bare loop', behind(bareLoop)],
  ['strace -f, pinned', behind(...pinned, strace, '-f', '-o', '/dev/null')],
  ['strace -f', behind(strace, '-f', '-o', '/dev/null')],
];

/**
 * Starts a server.
 * @returns {Promise<{ trace: (capture: object) => Tracer, stop: () => Promise<void> }>}
 */
export async function startPtraced() {
  const folder = mkdtempSync(`${tmpdir()}/ptraced-bench-`);
  const address = `unix:${folder}/socket`;
  const server = spawn(
    process.execPath,
    [`${root}/dist/main.js`, '--listen', address, '--log-level', 'warn'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const deadline = performance.now() + 20_000;
  while (!existsSync(`${folder}/socket`)) {
    if (server.exitCode !== null || performance.now() > deadline) {
      throw new Error('the server did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const client = `${root}/test/bench/client.mjs`;
  return {
    trace: (capture) => async (argv) => {
      const { stdout } = await run(
        process.execPath,
        [client, address, JSON.stringify(capture), ...argv],
        { maxBuffer: 1 << 26 },
      );
      const measure = JSON.parse(stdout);
      if (measure.lost > 0) {
        throw new Error(`${measure.lost} records were lost`);
      }
      return measure;
    },
    stop: async () => {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
