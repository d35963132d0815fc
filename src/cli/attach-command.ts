/** `ptracectl attach`: prints what running processes do, and leaves them running. */

import { attachTarget, attachTo, MAX_PID } from './attach-run.js';
import { captureOptions } from './capture-options.js';
import { COMMON_HELP, type Command, printHelp } from './command.js';
import { lastingServerOf, serverOf } from './connection.js';
import { checkSessionOptions, startDetached } from './detached.js';
import { statusWith } from './exit-status.js';
import { COMMON_OPTIONS, parseNumber, parseOptions } from './options.js';
import { openSink } from './print-output.js';
import { tamperingOf } from './rule-options.js';
import { writeErrorPolicy } from './trace-output.js';
import { UsageError } from './usage-error.js';

const help = `Usage: ptracectl attach [OPTION]... PID...

Attaches to running processes with all their threads and prints each system call as strace does.
With --server, PID is the server's. Ctrl-C detaches; the processes run on.

${COMMON_HELP}

Exit status: 0 when the processes have ended, the signal that ended the trace. 1: a process could
not be traced to its end, or lines could not be written. 2: the command line is wrong.`;

export const attachCommand: Command = {
  name: 'attach',
  summary: "print a running process's system calls",
  help,
  async run(args, server) {
    const { values, operands } = parseOptions(args, COMMON_OPTIONS);
    if (values.help) {
      return printHelp(help);
    }
    if (operands.length === 0) {
      throw new UsageError('must have PID...');
    }
    const pids = [...new Set(operands.map((pid) => parseNumber(pid, 'PID', 1, MAX_PID)))];
    const address = (values.detach ? lastingServerOf : serverOf)(values, server);
    const capture = captureOptions(values, address);
    const tampering = tamperingOf(values, address);
    const { rules } = tampering;
    const policy = writeErrorPolicy(values['on-write-error']);
    const options = {
      capture,
      rules,
      singleThread: values['no-follow'],
      startPaused: values.paused,
    };
    checkSessionOptions(values, address);
    if (values.detach && address !== undefined) {
      const targets = pids.map((pid) => attachTarget(pid, options));
      const start = () => startDetached(address, targets, { capture, rules }, values.label);
      return await tampering.blame(start);
    }
    const kind = pids.length > 1 ? 'attach-several' : 'attach';
    await using opened = await openSink({ ...values, json: false }, kind, policy);
    const { sink } = opened;
    const attached = () => attachTo(pids, options, address, sink);
    return statusWith(sink, await tampering.blame(attached));
  },
};
