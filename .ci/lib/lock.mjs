/** Keeps two scripts of one clone from building at the same time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { cache } from './paths.mjs';
import { say } from './run.mjs';

const patienceMs = 2000;

/**
 * Runs `body` while no other script holds the lock. The kernel releases it when we end, however we end:
 * flock(1) holds it for as long as it can read from us.
 * @param {string} name
 * @param {() => Promise<void>} body
 */
export async function withLock(name, body) {
  mkdirSync(cache, { recursive: true });
  const holder = spawn('flock', [`${cache}/${name}.lock`, 'sh', '-c', 'echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = setTimeout(() => say('waiting for another script of this clone'), patienceMs);
  try {
    await once(holder, 'spawn');
    await once(holder.stdout, 'data');
    clearTimeout(waiting);
    await body();
  } finally {
    clearTimeout(waiting);
    holder.stdin.end();
  }
}
