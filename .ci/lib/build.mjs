/** Builds the addon, the launcher and the TypeScript, each only when its sources have changed. */
import { readdirSync, rmSync } from 'node:fs';
import { buildAddon } from '../../native/build-addon.mjs';
import { saveCode } from '../../native/save-code.mjs';
import { buildPackages, ensurePackages } from './apt.mjs';
import { bundle } from './bundle.mjs';
import { ensureLauncher } from './launcher.mjs';
import { withLock } from './lock.mjs';
import { ensureNodeModules } from './npm.mjs';
import { root } from './paths.mjs';
import { run, StepError, say } from './run.mjs';
import { digest, unlessStamped } from './stamp.mjs';

const bin = `${root}/node_modules/.bin`;

async function ensureAddon() {
  const sources = ['binding.gyp', 'build-addon.mjs', 'core', 'decode', 'wire', 'addon'];
  const wanted = digest(
    sources.map((name) => `native/${name}`),
    [process.version],
  );
  await unlessStamped(`${root}/native/build/.sources`, wanted, async () => {
    say('building the native addon (a minute or two)');
    if (!buildAddon()) {
      throw new StepError('building the native addon failed');
    }
  });
}

async function ensureTypeScript() {
  const generatorInputs = ['proto', 'third_party', 'buf.gen.yaml', 'package-lock.json'];
  await unlessStamped(`${root}/src/gen/.sources`, digest(generatorInputs), async () => {
    say('generating src/gen from proto');
    await run(`${bin}/buf`, ['generate']);
  });
  const sources = [
    ...generatorInputs,
    'package.json',
    'tsconfig.json',
    'tsconfig.client.json',
    '.ci/lib/bundle.mjs',
    '.ci/lib/descriptors.mjs',
    'native/save-code.mjs',
    ...sourceFolders(),
  ];
  await unlessStamped(`${root}/dist/.sources`, digest(sources, [process.version]), async () => {
    say('compiling and bundling the TypeScript');
    await run(`${bin}/tsc`, ['--noEmit']);
    for (const name of readdirSync(`${root}/dist`).filter((entry) => entry !== 'bin')) {
      rmSync(`${root}/dist/${name}`, { recursive: true });
    }
    await run(`${bin}/tsc`, ['-p', 'tsconfig.client.json']);
    await bundle();
    await saveCode();
  });
}

/** What is under src, without what is generated into it. */
function sourceFolders() {
  return readdirSync(`${root}/src`)
    .filter((name) => name !== 'gen')
    .map((name) => `src/${name}`);
}

/** Installs what the build needs and builds; does nothing where all is up to date. */
export async function ensureBuilt() {
  // First, since it may have to say so in a clone that we cannot write to.
  await ensurePackages(buildPackages);
  await withLock('build', async () => {
    await ensureNodeModules();
    await ensureAddon();
    await ensureLauncher();
    await ensureTypeScript();
  });
}
