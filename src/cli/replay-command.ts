/** `ptracectl replay`: prints a recording as the live stream would have been printed. */

import { createReadStream, statSync } from 'node:fs';
import { toBytes } from '../bytes.js';
import {
  EndCause,
  type KnownFrame,
  type ReceivedFrame,
  RecordingError,
  readRecording,
  type SessionEnded,
} from '../client/index.js';
import { type Command, printHelp, REPLAY_HELP } from './command.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import { OutputError } from './fd-writer.js';
import type { FrameSink } from './frame-sink.js';
import { MissingPartError } from './missing-part.js';
import { FILTER_OPTIONS, type OptionSpecs, PRINT_OPTIONS, parseAnywhere } from './options.js';
import { openSink } from './print-output.js';
import { DETACHED } from './recording-sink.js';
import { type FrameFilter, replayFilter } from './replay-filter.js';
import { ReplayedStrings } from './replay-strings.js';
import { describeEnd, printStream } from './trace-run.js';
import { UsageError } from './usage-error.js';

const help = `Usage: ptracectl replay [OPTION]... FILE

Prints a recording of 'ptracectl record' exactly as the live trace was, or would have been, with the
same -o, -a and -q, or some of it. Needs no server.

  -e, --trace=SET          calls to print, as for 'trace'; -e status=STATUS as -z, -Z;
                           -e trace-fds=N,... only calls that use one of these descriptors
  -P, --trace-path=PATH    only calls that use a file below PATH (repeatable)
  -p, --pid=ID             only records of this process or thread (repeatable)
  -s, --string-limit=NUM   bytes of a string that are shown, at most as many as were recorded
  -z, --successful-only    of calls that have returned, only those that succeeded
  -Z, --failed-only        only those that failed
${REPLAY_HELP}

Exit status: 0. 1: FILE is no recording, or breaks off; what is whole is printed. 2: the command
line is wrong.`;

const { local: _local, server: _server, ...PRINTED } = PRINT_OPTIONS;
const OPTIONS = {
  ...PRINTED,
  ...FILTER_OPTIONS,
  'string-limit': { type: 'string', short: 's' },
  pid: { type: 'string', short: 'p', multiple: true, default: [] },
} as const satisfies OptionSpecs;

export const replayCommand: Command = {
  name: 'replay',
  summary: 'print a recording',
  help,
  async run(args) {
    const { values, operands } = parseAnywhere(args, OPTIONS);
    if (values.help) {
      return printHelp(help);
    }
    const [file, ...rest] = operands;
    if (file === undefined || rest.length > 0) {
      throw new UsageError(file === undefined ? 'must have FILE' : 'must have one FILE');
    }
    if (values.output !== undefined && isSameFile(file, values.output)) {
      throw new UsageError(`-o must not be the recording itself: '${file}'`);
    }
    const filter = await replayFilter(values);
    const limit = values['string-limit'];
    const strings = limit === undefined ? undefined : new ReplayedStrings(limit);
    await using opened = await openSink(values, 'session', 'end');
    return await replay(file, opened.sink, filter, strings);
  },
};

/** Opening one for writing would empty the other. */
function isSameFile(one: string, other: string): boolean {
  const a = statSync(toBytes(one), { throwIfNoEntry: false });
  const b = statSync(toBytes(other), { throwIfNoEntry: false });
  return a?.isFile() === true && a.dev === b?.dev && a.ino === b.ino;
}

async function replay(
  file: string,
  sink: FrameSink,
  filter: FrameFilter,
  strings: ReplayedStrings | undefined,
): Promise<ExitStatus> {
  const change = (frame: KnownFrame) => {
    const filtered = filter(frame);
    return strings?.frame(filtered) ?? filtered;
  };
  try {
    endWith(await printStream({ messages: () => framesOf(file, change) }, sink, {}), sink);
    return { code: 0 };
  } catch (error) {
    const fault = describeFault(file, error);
    if (fault === undefined) {
      throw error;
    }
    sink.finish();
    sink.notice(fault);
    return FAILURE;
  } finally {
    if (strings?.notice !== undefined) {
      sink.notice(strings.notice);
    }
    await sink.flush();
  }
}

function endWith(ended: SessionEnded, sink: FrameSink): void {
  if (ended.cause === EndCause.UNSPECIFIED) {
    // The recording's own end: the user left a live stream.
    ended.message === DETACHED ? sink.detached() : sink.left();
    return;
  }
  sink.finish();
  const early = describeEnd(ended);
  if (early !== undefined) {
    sink.notice(early);
  }
}

/** What is wrong with the recording; undefined for errors that are not about it. Throws an OutputError. */
function describeFault(file: string, error: unknown): string | undefined {
  if (error instanceof RecordingError) {
    const isNone = error.fault === 'NOT_A_RECORDING';
    return `${isNone ? `cannot replay '${file}'` : `'${file}'`}: ${error.message}`;
  }
  if (error instanceof MissingPartError) {
    return `cannot replay '${file}': ${error.message}`;
  }
  if (!(error instanceof OutputError) && (error as NodeJS.ErrnoException).syscall) {
    throw new OutputError(`read '${file}'`, error);
  }
  return undefined;
}

async function* framesOf(
  file: string,
  change: FrameFilter,
): AsyncGenerator<ReceivedFrame, void, undefined> {
  const bytes = new Uint8Array();
  for await (const frame of readRecording(createReadStream(toBytes(file)))) {
    yield { frame: change(frame), bytes };
  }
}
