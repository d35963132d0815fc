/**
 * Before `npm pack`: builds what is missing and puts the addon into prebuilds/, where node-gyp-build finds
 * it. The file's name says what it needs: Node-API of any version from 9 on, and glibc.
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { ensureBuilt } from './lib/build.mjs';
import { root } from './lib/paths.mjs';
import { capture, main } from './lib/run.mjs';

const prebuilds = `${root}/prebuilds`;

await main(async () => {
  await ensureBuilt();
  rmSync(prebuilds, { recursive: true, force: true });
  const folder = `${prebuilds}/${process.platform}-${process.arch}`;
  const addon = `${folder}/ptraced_native.napi.glibc.node`;
  mkdirSync(folder, { recursive: true });
  copyFileSync(`${root}/native/build/Release/ptraced_native.node`, addon);
  capture('strip', ['--strip-unneeded', addon]);
});
