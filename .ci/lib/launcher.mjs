/** The program in front of Node, `ptracectl` and `ptraced` themselves: native/launcher to dist/bin. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { root } from './paths.mjs';
import { run, say } from './run.mjs';
import { digest, unlessStamped } from './stamp.mjs';

const folder = `${root}/dist/bin`;
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
const flags = [
  `-DPTRACED_VERSION="${version}"`,
  ...['-std=c++20', '-O2', '-Wall', '-Wextra', '-Werror'],
  // It must run wherever Node runs, and start at once.
  ...['-static', '-fno-exceptions', '-fno-rtti', '-ffunction-sections', '-Wl,--gc-sections', '-s'],
];
/** It starts what its own name says. */
const names = ['ptracectl', 'ptraced', 'ptraced-healthcheck'];
const sources = ['native/launcher/main.cc', 'native/launcher/record.cc'];

/** Builds it where its sources have changed. */
export async function ensureLauncher() {
  const wanted = digest(['native/launcher'], [...flags, ...names]);
  await unlessStamped(`${folder}/.sources`, wanted, async () => {
    say('building the launcher');
    mkdirSync(folder, { recursive: true });
    const built = `${folder}/.launcher`;
    await run('g++', [...flags, '-Inative', '-o', built, ...sources]);
    for (const name of names) {
      copyFileSync(built, `${folder}/.${name}`); // the finished one may be running
      renameSync(`${folder}/.${name}`, `${folder}/${name}`);
    }
    rmSync(built);
  });
}
