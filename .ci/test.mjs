/**
 * `npm test [-- VITEST ARGUMENTS]`: installs and builds what is missing, then runs the checks and
 * vitest, both even when one fails. With arguments, such as `--project unit` or a file's
 * name, only vitest; what the projects that are named do not need is not installed. The last line is
 * "N passed, N failed".
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { ensurePackages, packagesFor } from './lib/apt.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { runChecks } from './lib/checks.mjs';
import { ensureGrpcurl } from './lib/grpcurl.mjs';
import { ensureOracle } from './lib/oracle.mjs';
import { cache, root } from './lib/paths.mjs';
import { main, say, status } from './lib/run.mjs';

const allProjects = ['unit', 'integration', 'e2e'];

/**
 * The projects that the arguments name, or all where they name none or a pattern.
 * @param {string[]} args
 */
function projectsOf(args) {
  const named = args.flatMap((arg, index) =>
    arg === '--project' ? [args[index + 1] ?? ''] : (arg.match(/^--project=(.*)/)?.slice(1) ?? []),
  );
  const known = named.length > 0 && named.every((name) => allProjects.includes(name));
  return known ? named : allProjects;
}

/** @typedef {import('./lib/checks.mjs').Counts} Counts */

/** @param {string[]} args @returns {Promise<Counts>} */
async function runVitest(args) {
  say('vitest');
  const report = `${cache}/vitest.json`;
  rmSync(report, { force: true });
  mkdirSync(cache, { recursive: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = ['run', '--config', 'test/vitest.config.ts', ...reporters, ...args];
  const code = await status(`${root}/node_modules/.bin/vitest`, vitest, {
    stdio: ['ignore', 1, 2],
  });
  if (!existsSync(report)) {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  // Errors outside of tests, such as in a hook or a set-up, fail the run and are in no count.
  const uncounted = code !== 0 && result.numFailedTests === 0 ? 1 : 0;
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + uncounted,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

await main(async () => {
  const args = process.argv.slice(2);
  const projects = projectsOf(args);
  await ensurePackages(packagesFor(args.length > 0 ? projects : [...projects, 'checks']));
  await ensureBuilt();
  if (projects.some((name) => name !== 'unit')) {
    await ensureOracle();
    await ensureGrpcurl();
  }
  const parts = args.length > 0 ? [] : [runChecks];
  /** @type {Counts} */
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const part of [...parts, () => runVitest(args)]) {
    const counts = await part();
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});
