/** Remembers from what a result was made, so that a step with nothing to do takes no time. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';

/** @param {string} path relative to the clone @returns {string[]} the files at or under it, sorted */
function filesUnder(path) {
  let entries;
  try {
    entries = readdirSync(join(root, path), { withFileTypes: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOTDIR') {
      return [path];
    }
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}

/**
 * A digest of the contents and names of files.
 * @param {string[]} paths files and folders, relative to the clone
 * @param {string[]} extra whatever else the result depends on
 */
export function digest(paths, extra = []) {
  const hash = createHash('sha256').update(JSON.stringify(extra));
  for (const path of paths.flatMap(filesUnder)) {
    const contents = readFileSync(join(root, path));
    hash.update(`\0${path}\0${contents.length}\0`).update(contents);
  }
  return hash.digest('hex');
}

/**
 * Makes something unless it was made from the same sources.
 * @param {string} stampFile lies inside the result, so that it goes with it
 * @param {string} wanted digest of the sources
 * @param {() => Promise<void>} make
 */
export async function unlessStamped(stampFile, wanted, make) {
  try {
    if (readFileSync(stampFile, 'utf8') === wanted) {
      return;
    }
  } catch {
    // No stamp: not made yet.
  }
  // A make that fails half-way must not pass for the earlier result.
  rmSync(stampFile, { force: true });
  await make();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
}
