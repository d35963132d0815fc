/** Loads the addon: the one that was built here, else the prebuilt one of the package. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NativeAddon } from './addon.js';

interface NodeGypBuild {
  /** The .node file below `folder` that fits this Node; throws where there is none. */
  path(folder: string): string;
}

const require = createRequire(import.meta.url);
const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Throws an Error that says what to do where no addon is found or none loads. */
export function loadAddon(): NativeAddon {
  const { path } = require('node-gyp-build') as NodeGypBuild;
  const failures: unknown[] = [];
  for (const folder of [`${packageRoot}native`, packageRoot]) {
    try {
      return require(path(folder)) as NativeAddon;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(
    failures,
    'the native addon is missing or does not load here: build it with "npm run build"',
  );
}
