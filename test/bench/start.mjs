/** How long the programs take to start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from '../../dist/client/index.js';
import { root } from './programs.mjs';
import { compare, printRatios } from './tables.mjs';
import { behind, strace } from './tracers.mjs';
import { using } from './using.mjs';

const ptracectl = `${root}/dist/bin/ptracectl`;

/** Milliseconds of a command. @param {string[]} argv */
const command = (...argv) => {
  const run = behind();
  return async () => (await run(argv)).seconds * 1000;
};

/** Milliseconds from the start of a server to its first answer. @param {string} address */
const firstAnswer = (address) => async () => {
  const begun = performance.now();
  const child = spawn(process.execPath, [`${root}/dist/main.js`, '--listen', address], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await once(child.stderr, 'data'); // that it listens
  child.stderr.resume();
  const ms = await using(connect(address), async (client) => {
    await client.server.getServerInfo({});
    return performance.now() - begun;
  });
  child.kill('SIGTERM');
  await once(child, 'exit');
  return ms;
};

/** @param {import('./run.mjs').Bench} bench */
export async function measureStart({ server: { address }, quick, folder }) {
  /** @type {[string, () => Promise<number>][]} */
  const subjects = [
    ['node -e 0', command('node', '-e', '0')],
    ['strace true', command(strace, '-o', '/dev/null', 'true')],
    ['ptracectl --version', command(ptracectl, '--version')],
    ['ptracectl trace true', command(ptracectl, 'trace', '-o', '/dev/null', 'true')],
    ['ptracectl sessions', command(ptracectl, '--server', address, 'sessions')],
    ['ptraced, to its first answer', firstAnswer(`unix:${folder}/start`)],
  ];
  const medians = await compare(subjects, quick ? 5 : 15, (measure) => measure());
  printRatios('Milliseconds of a start', 'what', 'ms', medians, ['node -e 0', 'strace true']);
}
