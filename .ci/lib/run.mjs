/** Runs programs for the steps: the one place that starts a child process. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import os from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';

/** @typedef {[program: string, ...args: string[]]} Command */

/** Ends a step with a message for people and no stack trace. */
export class StepError extends Error {
  /** @param {string} message @param {number} exitCode of the whole script */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'StepError';
    this.exitCode = exitCode;
  }
}

/** @type {NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Announces a step that has something to do. @param {string} what */
export function say(what) {
  process.stderr.write(`==> ${what}\n`);
}

/**
 * Looks a program up in PATH.
 * @param {string} program
 * @returns {string | undefined} its path
 */
export function which(program) {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * The exit status that a shell would report.
 * @param {number | null} code @param {NodeJS.Signals | null} signal
 */
export function exitStatus(code, signal) {
  return code ?? (signal ? 128 + os.constants.signals[signal] : 1);
}

/**
 * Runs a program to its end and returns its standard output.
 * @param {string} program @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 * @throws {StepError} with the end of its standard error, when it cannot start or fails
 */
export function capture(program, args, options = {}) {
  const result = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  if (result.error || result.status !== 0) {
    const detail = result.error?.message ?? String(result.stderr).trim().slice(-2000);
    throw new StepError(`${[program, ...args].join(' ')}: ${detail || `status ${result.status}`}`);
  }
  return String(result.stdout);
}

/**
 * Whether a program starts and succeeds; it prints nothing.
 * @param {string} program @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 */
export function succeeds(program, args, options = {}) {
  return spawnSync(program, args, { cwd: root, stdio: 'ignore', ...options }).status === 0;
}

/**
 * Runs a program with our own output. Its standard output goes to our standard error unless `stdio`
 * says otherwise, so that scripts keep standard output for what they were asked for. We outlive it:
 * SIGTERM and SIGHUP are passed on, and SIGINT comes to it from the terminal, as to us.
 * @param {string} program @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>} its exit status, as a shell would report it
 * @throws {StepError} when it cannot start
 */
export function status(program, args, options = {}) {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => void (signal === 'SIGINT' || child.kill(signal));
  for (const signal of passedOn) {
    process.on(signal, pass);
  }
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new StepError(`${program}: ${error.message}`)));
    child.on('exit', (code, signal) => resolve(exitStatus(code, signal)));
  }).finally(() => {
    for (const signal of passedOn) {
      process.off(signal, pass);
    }
  });
}

/**
 * As `status`, but failure throws.
 * @param {string} program @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export async function run(program, args, options = {}) {
  const code = await status(program, args, options);
  if (code !== 0) {
    throw new StepError(`${[program, ...args].join(' ')} failed with status ${code}`);
  }
}

/**
 * The command that runs `command` as root, or undefined where that needs a password.
 * @param {Command} command
 * @returns {Command | undefined}
 */
export function asRoot(command) {
  if (process.getuid?.() === 0) {
    return command;
  }
  return succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n', ...command] : undefined;
}

/**
 * Runs a script's body and exits with its status; a StepError is told in one line.
 * @param {() => Promise<number | void>} body
 */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (!(error instanceof StepError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
