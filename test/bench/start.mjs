/** How long the programs take to start, and how much processor time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { connect } from '../../dist/client/index.js';
import { compile, root } from './programs.mjs';
import { median, printRatios } from './tables.mjs';
import { strace } from './tracers.mjs';
import { using } from './using.mjs';

/** Milliseconds, and milliseconds of processor time. @typedef {{ wall: number, cpu: number }} Times */

const ptracectl = `${root}/dist/bin/ptracectl`;
const runTime = compile('run_time.c');

/** `ptracectl` takes the `node` that PATH has. @param {string} node */
const environment = (node) => ({ ...process.env, PATH: `${dirname(node)}:${process.env['PATH']}` });

/** Has the code of the programs kept for this Node, as `npm install` by it does. @param {string} node */
async function keepCode(node) {
  const script = `import('${root}/native/save-code.mjs').then((module) => module.saveCode())`;
  const child = spawn(node, ['-e', script], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) {
    throw new Error(`${node} does not run`);
  }
}

/** @param {string} node @param {string[]} argv @param {number} expected exit status @returns {() => Promise<Times>} */
const command = (node, argv, expected = 0) => {
  const options = /** @type {const} */ (['ignore', 'ignore', 'ignore', 'pipe']);
  return async () => {
    const child = spawn(runTime, argv, { env: environment(node), stdio: [...options] });
    let said = '';
    child.stdio[3]?.on('data', (data) => {
      said += data;
    });
    const [code] = await once(child, 'close');
    if (code !== expected) {
      throw new Error(`${argv.join(' ')}: status ${code}`);
    }
    const [wall = 0, cpu = 0] = said.split(' ').map((ns) => Number(ns) / 1e6);
    return { wall, cpu };
  };
};

/** Processor time of all threads of a process, in ms: their schedstat (proc(5)). @param {number} pid */
function processorTime(pid) {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks)
    .map((tid) => Number(readFileSync(`${tasks}/${tid}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0);
}

/** From the start of a server to its first answer. @param {string} node @param {string} address */
const firstAnswer = (node, address) => async () => {
  const begun = performance.now();
  const child = spawn(node, [`${root}/dist/main.js`, '--listen', address], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await once(child.stderr, 'data'); // that it listens
  child.stderr.resume();
  const times = await using(connect(address), async (client) => {
    await client.server.getServerInfo({});
    return { wall: performance.now() - begun, cpu: processorTime(child.pid ?? 0) };
  });
  child.kill('SIGTERM');
  await once(child, 'exit');
  return times;
};

/** @param {import('./run.mjs').Bench} bench */
export async function measureStart({ server: { address }, quick, folder, node }) {
  if (node !== process.execPath) {
    await keepCode(node);
  }
  const nowhere = `unix:${folder}/nowhere`;
  /** @type {[string, () => Promise<Times>][]} */
  const subjects = [
    ['node -e 0', command(node, [node, '-e', '0'])],
    ['strace true', command(node, [strace, '-o', '/dev/null', 'true'])],
    ['ptracectl --version', command(node, [ptracectl, '--version'])],
    ['ptracectl trace true', command(node, [ptracectl, 'trace', '-o', '/dev/null', 'true'])],
    ['ptracectl sessions', command(node, [ptracectl, '--server', address, 'sessions'])],
    ['the same, of no server', command(node, [ptracectl, '--server', nowhere, 'sessions'], 1)],
    ['ptraced, to its first answer', firstAnswer(node, `unix:${folder}/start`)],
  ];
  /** @type {Map<string, Times[]>} */
  const all = new Map(subjects.map(([name]) => [name, []]));
  for (let round = 0; round < (quick ? 5 : 15); round++) {
    for (const [name, measure] of subjects) {
      all.get(name)?.push(await measure());
    }
  }
  const references = ['node -e 0', 'strace true'];
  for (const [title, kind] of /** @type {const} */ ([
    ['Milliseconds of a start', 'wall'],
    ['Milliseconds of processor time of a start', 'cpu'],
  ])) {
    const medians = new Map(
      [...all].map(([name, times]) => [name, median(times.map((time) => time[kind]))]),
    );
    printRatios(title, 'what', 'ms', medians, references);
  }
}
