/**
 * Has the programs run once, so that V8's code of them is kept for this Node (src/start/code-cache.ts). What fails
 * here makes starts slower and does no other harm.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../dist/bundle/save-code.cjs', import.meta.url));

/** Nobody's settings: other flags of V8 would make it code of another kind. */
const environment = { PATH: process.env['PATH'] ?? '' };

/**
 * @param {string[]} args
 * @param {(output: import('node:stream').Readable) => Promise<void>} meanwhile
 */
async function runOnce(args, meanwhile = async () => {}) {
  const child = spawn(process.execPath, [script, ...args], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
  });
  const ended = once(child, 'close');
  child.stderr.resume();
  await Promise.race([meanwhile(child.stderr), ended]);
  child.kill('SIGTERM');
  await ended;
}

/** @param {string} folder for the socket of the server */
async function runAll(folder) {
  const address = `unix:${folder}/s`;
  await runOnce(['ptraced', '--listen', address], async (log) => {
    await once(log, 'data'); // that it listens
    await runOnce(['ptracectl', '--server', address, 'trace', 'true'], untilItsEnd);
  });
  // Last: it is what most starts are, and what both load is kept as this one used it.
  await runOnce(['ptracectl', 'trace', 'true'], untilItsEnd);
}

/** @param {import('node:stream').Readable} output */
async function untilItsEnd(output) {
  await once(output, 'end');
}

export async function saveCode() {
  try {
    const folder = mkdtempSync(`${tmpdir()}/ptraced-`);
    await runAll(folder).finally(() => rmSync(folder, { recursive: true }));
  } catch (error) {
    process.stderr.write(`ptraced: starts will be slower: ${error}\n`);
  }
}
