#!/usr/bin/env node
/** `ptracectl`: the command line of ptraced. Subcommands are files beside this one. */

import './plain-stdio.js';
import { writeSync } from 'node:fs';
import { version } from '../version.js';
import { attachCommand } from './attach-command.js';
import { type Command, printHelp } from './command.js';
import { type ExitStatus, exitWith, FAILURE, USAGE } from './exit-status.js';
import { OutputError } from './fd-writer.js';
import { traceCommand } from './trace-command.js';
import { UsageError } from './usage-error.js';

const COMMANDS: readonly Command[] = [traceCommand, attachCommand];

/** What a process that writes into a closed pipe ends with, by SIGPIPE. */
const BROKEN_PIPE: ExitStatus = { code: 128 + 13 };

function overview(): string {
  const list = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return `Usage: ptracectl COMMAND [OPTION]... [ARGUMENT]...

Traces system calls, through a ptraced server or on its own.

${list.join('\n')}

'ptracectl COMMAND --help' tells more of a command, 'ptracectl --version' the version.`;
}

function complain(text: string): void {
  try {
    writeSync(2, `ptracectl: ${text}\n`);
  } catch {
    // Nobody can be told.
  }
}

async function run(args: string[]): Promise<ExitStatus> {
  const [first, ...rest] = args;
  switch (first) {
    case undefined:
      throw new UsageError("must have a command (try 'ptracectl --help')");
    case '-h':
    case '--help':
    case 'help':
      return printHelp(COMMANDS.find(({ name }) => name === rest[0])?.help ?? overview());
    case '-V':
    case '--version':
    case 'version':
      return printHelp(`ptracectl ${version}`);
    default:
      break;
  }
  const command = COMMANDS.find(({ name }) => name === first);
  if (command === undefined) {
    throw new UsageError(`unknown command '${first}' (try 'ptracectl --help')`);
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) {
      error.message += ` (try 'ptracectl ${command.name} --help')`;
    }
    throw error;
  }
}

async function main(): Promise<ExitStatus> {
  try {
    return await run(process.argv.slice(2));
  } catch (error) {
    if (error instanceof UsageError) {
      complain(error.message);
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

await exitWith(await main());
