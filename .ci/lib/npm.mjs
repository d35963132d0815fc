/** The npm packages of the lock file. */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { root } from './paths.mjs';
import { run, say } from './run.mjs';

/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */

/** @param {string} path @returns {any} */
const readJson = (path) => JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));

/**
 * Whether node_modules is what the lock file says. npm itself keeps a list of what it installed there;
 * optional packages, those of other platforms, may be missing from it.
 */
function matchesLock() {
  try {
    /** @type {Packages} */
    const installed = readJson('node_modules/.package-lock.json').packages;
    /** @type {{ '': any } & Packages} */
    const { '': self, ...locked } = readJson('package-lock.json').packages;
    const manifest = readJson('package.json');
    return (
      isDeepStrictEqual(self.dependencies, manifest.dependencies) &&
      isDeepStrictEqual(self.devDependencies, manifest.devDependencies) &&
      Object.keys(installed).every((path) => path in locked) &&
      Object.entries(locked).every(([path, wanted]) =>
        path in installed ? installed[path]?.version === wanted.version : wanted.optional === true,
      )
    );
  } catch {
    return false;
  }
}

/** Installs the packages unless they are there. Their install scripts do nothing that is needed. */
export async function ensureNodeModules() {
  if (!matchesLock()) {
    say('installing npm packages');
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  }
}
