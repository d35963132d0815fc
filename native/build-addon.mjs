/**
 * Builds the addon from source into native/build/Release with node-gyp: for the scripts of the clone and
 * for an installation that no prebuilt addon fits. Needs g++, make, python3 and libprotozero-dev.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const native = dirname(fileURLToPath(import.meta.url));

/**
 * The tree with Node's headers, in include/node, of this very version beside the running binary. Most
 * installations have it; node-gyp by itself would download it.
 * @returns {string | undefined} undefined: leave it to node-gyp and its own setting `nodedir`
 */
export function nodeHeaders() {
  const tree = dirname(dirname(process.execPath));
  const versionHeader = join(tree, 'include/node/node_version.h');
  if (!existsSync(versionHeader)) {
    return undefined;
  }
  const text = readFileSync(versionHeader, 'utf8');
  const version = ['MAJOR', 'MINOR', 'PATCH']
    .map((part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1])
    .join('.');
  return version === process.versions.node ? tree : undefined;
}

/**
 * Configures and builds; what is up to date is not compiled again.
 * @param {Record<string, string | undefined>} env PATH must lead to node-gyp
 * @returns {boolean} whether it succeeded; where not, the compiler has told why on standard error
 */
export function buildAddon(env = process.env) {
  const headers = nodeHeaders();
  const args = [
    'configure',
    'build',
    '-C',
    native,
    '--jobs',
    String(availableParallelism()),
    '--loglevel=warn',
  ];
  if (headers) {
    args.push(`--nodedir=${headers}`);
  }
  const bin = join(native, '../node_modules/.bin');
  const path = [bin, env['PATH']].join(delimiter);
  const result = spawnSync('node-gyp', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env, PATH: path },
  });
  return result.status === 0;
}
