/** Where and how the records of a session or a recording are printed. */

import { type FrameSink, JsonSink, StraceSink } from './frame-sink.js';
import type { ParsedArguments, PRINT_OPTIONS } from './options.js';
import { StracePrinter } from './strace-printer.js';
import { TraceOutput } from './trace-output.js';
import { printerOptions, type TracedKind } from './trace-run.js';

type PrintValues = ParsedArguments<typeof PRINT_OPTIONS>['values'];

/** A sink, and the output that is closed with it. */
export interface OpenSink extends AsyncDisposable {
  readonly sink: FrameSink;
}

/**
 * Lines go to stderr as strace's do, JSON to stdout, either to the file of -o. Throws an OutputError
 * where that cannot be opened.
 */
export async function openSink(values: PrintValues, kind: TracedKind): Promise<OpenSink> {
  const options = printerOptions(values, kind);
  const output = await TraceOutput.open(values.output, values.json ? 1 : 2);
  return {
    sink: values.json
      ? new JsonSink(output)
      : new StraceSink(new StracePrinter(output, options), output),
    [Symbol.asyncDispose]: () => output[Symbol.asyncDispose](),
  };
}
