/** The program in front of Node, `ptracectl` itself: native/launcher to dist/bin. */
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
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
const sources = ['native/launcher/main.cc', 'native/launcher/record.cc'];

/** Builds it where its sources have changed. */
export async function ensureLauncher() {
  const wanted = digest(['native/launcher'], flags);
  await unlessStamped(`${folder}/.sources`, wanted, async () => {
    say('building the launcher of ptracectl');
    mkdirSync(folder, { recursive: true });
    const unfinished = `${folder}/.ptracectl`; // the finished one may be running
    await run('g++', [...flags, '-Inative', '-o', unfinished, ...sources]);
    renameSync(unfinished, `${folder}/ptracectl`);
  });
}
