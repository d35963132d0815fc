/** Servers in processes of their own: ptraced, and one that does nothing. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { root } from './programs.mjs';

/**
 * @typedef {import('./tracers.mjs').Tracer} Tracer
 * @typedef {object} BenchServer
 * @property {string} address
 * @property {(capture: object, expected?: { inKernel: boolean }) => Tracer} trace commands traced by a client
 *     process; throws where records were lost, or calls were filtered elsewhere than expected
 * @property {() => Promise<void>} stop
 */

const startMs = 20_000;

/**
 * Starts a Node program that listens on the unix socket of its last argument.
 * @param {string[]} args
 * @returns {Promise<{ address: string, stop: () => Promise<void> }>}
 */
async function startListener(...args) {
  const folder = mkdtempSync(`${tmpdir()}/ptraced-bench-`);
  const address = `unix:${folder}/socket`;
  const server = spawn(process.execPath, [...args, address], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const deadline = performance.now() + startMs;
  while (!existsSync(`${folder}/socket`)) {
    if (server.exitCode !== null || performance.now() > deadline) {
      throw new Error('the server did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    address,
    stop: async () => {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @returns {Promise<BenchServer>} */
export async function startPtraced() {
  const { address, stop } = await startListener(
    `${root}/dist/main.js`,
    '--log-level',
    'warn',
    '--listen',
  );
  const client = `${root}/test/bench/client.mjs`;
  return {
    address,
    stop,
    trace:
      (capture, { inKernel } = { inKernel: false }) =>
      async (argv) => {
        const { stdout } = await promisify(execFile)(
          process.execPath,
          [client, address, JSON.stringify(capture), ...argv],
          { maxBuffer: 1 << 26 },
        );
        const measure = JSON.parse(stdout);
        if (measure.lost > 0) {
          throw new Error(`${measure.lost} records were lost`);
        }
        if (measure.filteredInKernel !== inKernel) {
          throw new Error(`filtered in the kernel: ${measure.filteredInKernel}`);
        }
        return measure;
      },
  };
}

/** What grpc-js itself takes: see floor.mjs. */
export const startFloor = () => startListener(`${root}/test/bench/floor.mjs`);
