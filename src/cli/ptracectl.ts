/** `ptracectl`: the command line of ptraced. Subcommands are files beside this one. */

import { writeSync } from 'node:fs';
import { displayText } from '../bytes.js';
import { ownArguments } from '../own-process.js';
import { version } from '../version.js';
import { printHelp } from './command.js';
import { COMMANDS } from './commands.js';
import { type ExitStatus, exitWith, FAILURE, USAGE } from './exit-status.js';
import { OutputError } from './fd-writer.js';
import { parseOptions } from './options.js';
import { didYouMean } from './suggestion.js';
import { UsageError } from './usage-error.js';

/** What a process that writes into a closed pipe ends with, by SIGPIPE. */
const BROKEN_PIPE: ExitStatus = { code: 128 + 13 };

function overview(): string {
  const list = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return `Usage: ptracectl [--server ADDR] COMMAND [OPTION]... [ARGUMENT]...

Traces system calls, through a ptraced server or on its own.

${list.join('\n')}

'ptracectl COMMAND --help' tells more of a command, 'ptracectl --version' the version.`;
}

function complain(text: string): void {
  try {
    writeSync(2, displayText(`ptracectl: ${text}\n`));
  } catch {
    // Nobody can be told.
  }
}

/** What may stand before the command. */
const GLOBAL_OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  local: { type: 'boolean', default: false },
  server: { type: 'string' },
  version: { type: 'boolean', short: 'V', default: false },
} as const;

function unknownCommand(name: string): string {
  const hint = didYouMean(
    name,
    COMMANDS.map((command) => command.name),
  );
  return `unknown command '${name}'${hint}`;
}

async function run(args: string[]): Promise<ExitStatus> {
  const { values, operands } = parseOptions(args, GLOBAL_OPTIONS);
  const [name, ...rest] = operands;
  if (values.help || name === 'help') {
    return printHelp(COMMANDS.find((command) => command.name === rest[0])?.help ?? overview());
  }
  if (values.version || name === 'version') {
    return printHelp(`ptracectl ${version}`);
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    throw new UsageError(name === undefined ? 'must have a command' : unknownCommand(name));
  }
  try {
    if (values.local && values.server) {
      throw new UsageError('--local and --server exclude each other');
    }
    return await command.run(rest, values.local ? '' : values.server);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(error.message, command.name) : error;
  }
}

async function main(): Promise<ExitStatus> {
  // Node's own warnings are about this program, and stderr is the command's as well.
  process.removeAllListeners('warning');
  try {
    return await run(ownArguments());
  } catch (error) {
    if (error instanceof UsageError) {
      const help = ['ptracectl', error.command, '--help'].filter((word) => word !== '').join(' ');
      complain(`${error.message}\nTry '${help}' for more information.`);
      return USAGE;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') {
      return BROKEN_PIPE;
    }
    complain(error instanceof OutputError ? message : `failed: ${message}`);
    return FAILURE;
  }
}

// Where nothing is left to wait for before the end is reached, an answer was lost.
process.exitCode = 1;
void main().then(exitWith);
