/**
 * A Docker to test with: the one that answers, else a daemon of our own from Debian's docker.io, which
 * shares nothing with the machine's: own images, own sockets, no bridge, no firewall rules.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { cache, root } from './paths.mjs';
import { asRoot, run, StepError, say, succeeds } from './run.mjs';

/** One daemon a clone. In /run, which root alone can write, and where socket paths stay short. */
const runtime = `/run/ptraced-docker-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`;
const state = `${cache}/docker`;
const ownHost = `unix://${runtime}/docker.sock`;
/** Process id of the script that started the daemon and will stop it; empty: it stays. */
const ownerFile = `${state}/owner`;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;

/** @param {string | undefined} host undefined: as the environment says */
function answers(host) {
  const env = host ? { ...process.env, DOCKER_HOST: host } : process.env;
  return succeeds('docker', ['version', '--format', '{{.Server.Version}}'], {
    env,
    timeout: 10_000,
  });
}

/** The last lines of the daemon's log. */
function logTail() {
  return readFileSync(`${state}/log`, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
}

async function startOwn() {
  const command = asRoot(['dockerd']);
  if (!command) {
    throw new StepError(
      'No Docker answers, and starting one needs root: start Docker, or set DOCKER_HOST.',
    );
  }
  say('starting a Docker daemon of our own');
  mkdirSync(state, { recursive: true });
  const log = openSync(`${state}/log`, 'w');
  const [program, ...rest] = command;
  const args = [
    ...rest,
    ...['--data-root', `${state}/data`, '--exec-root', `${runtime}/exec`],
    ...['--host', ownHost, '--group', String(process.getgid?.() ?? 0)],
    ...['--pidfile', `${runtime}/docker.pid`],
    // Containers here need no network of their own, and the machine's stays as it is.
    ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
  ];
  // A session of its own: Ctrl-C at the tests must not kill it before they have cleaned up.
  const daemon = spawn(program, args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  /** @type {string | undefined} */
  let failure;
  daemon.on('error', (error) => (failure = error.message));
  daemon.on('exit', (code) => (failure = `it ended with status ${code}`));
  for (const end = Date.now() + startTimeoutMs; !answers(ownHost); await delay(200)) {
    if (failure !== undefined || Date.now() > end) {
      throw new StepError(`dockerd did not start: ${failure ?? 'no answer'}\n${logTail()}`);
    }
  }
  daemon.unref();
}

/** Ends the daemon of our own, if it runs. */
export async function stopDocker() {
  if (!answers(ownHost)) {
    return;
  }
  const pid = readFileSync(`${runtime}/docker.pid`, 'utf8').trim();
  const command = asRoot(['kill', pid]);
  if (!command) {
    throw new StepError(`Stopping dockerd needs root: kill ${pid}`);
  }
  const [program, ...args] = command;
  await run(program, args);
  for (const end = Date.now() + stopTimeoutMs; existsSync(`/proc/${pid}`); await delay(100)) {
    if (Date.now() > end) {
      throw new StepError(`dockerd (${pid}) did not stop\n${logTail()}`);
    }
  }
  // It leaves the mount behind that containers on the machine's network have had.
  const tidy = 'umount "$1"/exec/netns/* 2>/dev/null; rm -rf "$1"';
  const [shell, ...rest] = asRoot(['sh', '-c', tidy, 'tidy', runtime]) ?? [];
  if (shell) {
    await run(shell, rest);
  }
}

/** Whether the daemon was left behind by a script that did not come to stop it. */
function isOrphaned() {
  const owner = existsSync(ownerFile) ? readFileSync(ownerFile, 'utf8') : 'nobody';
  return owner !== '' && !existsSync(`/proc/${owner}`);
}

/**
 * Finds a Docker that answers or starts one.
 * @param {{ keep: boolean }} options keep: a daemon of our own stays until `stopDocker`
 * @returns {Promise<{ env: { DOCKER_HOST?: string }, stop: () => Promise<void> }>} `env` is what its
 * clients need; `stop` ends the daemon if that is the caller's to do
 */
export async function ensureDocker({ keep }) {
  const nothing = async () => {};
  if (answers(undefined)) {
    const host = process.env['DOCKER_HOST'];
    return { env: host ? { DOCKER_HOST: host } : {}, stop: nothing };
  }
  const runs = answers(ownHost);
  if (!runs) {
    await startOwn();
  }
  const ours = keep || !runs || isOrphaned();
  if (ours) {
    writeFileSync(ownerFile, keep ? '' : String(process.pid));
  }
  return { env: { DOCKER_HOST: ownHost }, stop: ours && !keep ? stopDocker : nothing };
}
