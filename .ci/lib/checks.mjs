/** `npm run check`: formatting, lints, types, and the native tests under the sanitizers. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { root } from './paths.mjs';
import { exitStatus, StepError, say } from './run.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** doctest's closing line: "[doctest] test cases: 12 | 11 passed | 1 failed | 0 skipped". */
const closingLine =
  /test cases:\s*\d+\s*\|\s*(?<passed>\d+) passed\s*\|\s*(?<failed>\d+) failed\s*\|\s*(?<skipped>\d+) skipped/g;

/** @param {string} output of doctest programs @returns {Counts} */
function countsOf(output) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: doctest colours its counts
  const plain = output.replace(/\x1b\[[0-9;]*m/g, '');
  for (const { groups } of plain.matchAll(closingLine)) {
    counts.passed += Number(groups?.['passed']);
    counts.failed += Number(groups?.['failed']);
    // What it skips are suites that another run of it covers, not tests that somebody turned off.
  }
  return counts;
}

/**
 * Runs the checks with their output passed on. All of them together count as one test, beside those that
 * the native tests count.
 * @returns {Promise<Counts>}
 */
export function runChecks() {
  say('npm run check');
  const check = spawn('npm', ['run', 'check'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, MAKEFLAGS: `-j${availableParallelism()}` },
  });
  let output = '';
  check.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    output += text;
  });
  return new Promise((resolve, reject) => {
    check.on('error', (error) => reject(new StepError(`npm: ${error.message}`)));
    check.on('close', (code, signal) => {
      const counts = countsOf(output);
      counts[exitStatus(code, signal) === 0 ? 'passed' : 'failed'] += 1;
      resolve(counts);
    });
  });
}
