/** How the records of a stream are printed. */

import { CountingSink, summaryOptions } from './counting-sink.js';
import { type FrameSink, JsonSink, StraceSink } from './frame-sink.js';
import type { ParsedArguments, PRINT_OPTIONS } from './options.js';
import { StracePrinter } from './strace-printer.js';
import { TraceOutput, type WriteErrorPolicy } from './trace-output.js';
import { printerOptions, type TracedKind } from './trace-run.js';
import { UsageError } from './usage-error.js';

type PrintValues = Omit<
  ParsedArguments<typeof PRINT_OPTIONS>['values'],
  'help' | 'local' | 'server'
>;

/** A sink, and the output that is closed with it. */
export interface OpenSink extends AsyncDisposable {
  readonly sink: FrameSink;
  /** As of TraceOutput. */
  readonly sharedFd: number | undefined;
}

/**
 * Lines go to stderr as strace's do, JSON to stdout, either to the file of -o. Throws an OutputError
 * where that cannot be opened, and a UsageError for options that make no sense.
 */
export async function openSink(
  values: PrintValues & { readonly 'no-follow'?: boolean },
  kind: TracedKind,
  policy: WriteErrorPolicy,
): Promise<OpenSink> {
  const summary = summaryOptions(values);
  if (summary !== undefined && values.json) {
    throw new UsageError(`${summary.only ? '-c' : '-C'} and --json exclude each other`);
  }
  const options = printerOptions(values, kind);
  const output = await TraceOutput.open(values.output, policy, values.json ? 1 : 2);
  return {
    sink: sinkOf(),
    sharedFd: output.sharedFd,
    [Symbol.asyncDispose]: () => output[Symbol.asyncDispose](),
  };

  function sinkOf(): FrameSink {
    if (values.json) {
      return new JsonSink(output);
    }
    const showExit = options.showExit && !summary?.only;
    const lines = new StraceSink(new StracePrinter(output, { ...options, showExit }), output);
    return summary === undefined ? lines : new CountingSink(lines, output, summary);
  }
}
