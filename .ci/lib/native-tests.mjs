/** The native tests: doctest programs that native/test/Makefile builds and runs. */
import { spawn } from 'node:child_process';
import { root } from './paths.mjs';
import { exitStatus, StepError, say } from './run.mjs';

/** doctest's closing line: "[doctest] test cases: 12 | 11 passed | 1 failed | 0 skipped". */
const closingLine =
  /test cases:\s*\d+\s*\|\s*(?<passed>\d+) passed\s*\|\s*(?<failed>\d+) failed\s*\|\s*(?<skipped>\d+) skipped/;

/**
 * Runs them with their output passed on.
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export function runNativeTests() {
  say('native tests');
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const args = ['-C', `${root}/native/test`, '-j2', '--output-sync', 'check'];
  const make = spawn('make', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  make.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    output += text;
  });
  return new Promise((resolve, reject) => {
    make.on('error', (error) => reject(new StepError(`make: ${error.message}`)));
    make.on('close', (code, signal) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: doctest colours its counts
      const plain = output.replace(/\x1b\[[0-9;]*m/g, '');
      for (const { groups } of plain.matchAll(new RegExp(closingLine, 'g'))) {
        counts.passed += Number(groups?.['passed']);
        counts.failed += Number(groups?.['failed']);
        counts.skipped += Number(groups?.['skipped']);
      }
      // A test that crashes, or does not build, is in no count.
      if (exitStatus(code, signal) !== 0 && counts.failed === 0) {
        counts.failed = 1;
      }
      resolve(counts);
    });
  });
}
