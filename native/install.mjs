/**
 * The package's install script: builds the addon where the prebuilt one does not load here, and has the programs
 * compiled for this Node. A clone is left alone: `npm run build` builds there.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { buildAddon } from './build-addon.mjs';
import { saveCode } from './save-code.mjs';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));

function prebuiltLoads() {
  try {
    createRequire(import.meta.url)('node-gyp-build')(packageRoot);
    return true;
  } catch {
    return false;
  }
}

const isClone = existsSync(`${packageRoot}/.ci`);
if (!isClone && !prebuiltLoads() && !buildAddon()) {
  process.stderr.write(
    'ptraced: the prebuilt addon does not load here and building it failed. It needs:\n' +
      '    sudo apt-get install g++ make python3 libprotozero-dev\n',
  );
  process.exitCode = 1;
} else if (!isClone) {
  await saveCode();
}
