/** The options of `trace` and `attach`, named as strace names them. */

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

type OptionSpecs = NonNullable<ParseArgsConfig['options']>;

/** What both subcommands take. */
export const COMMON_OPTIONS = {
  columns: { type: 'string', short: 'a', default: '40' },
  expression: { type: 'string', short: 'e', multiple: true, default: [] },
  'follow-forks': { type: 'boolean', short: 'f' },
  help: { type: 'boolean', short: 'h', default: false },
  'no-abbrev': { type: 'boolean', short: 'v', default: false },
  'no-follow': { type: 'boolean', default: false },
  output: { type: 'string', short: 'o' },
  overflow: { type: 'string' },
  quiet: { type: 'boolean', short: 'q', multiple: true, default: [] },
  server: { type: 'string' },
  'string-limit': { type: 'string', short: 's', default: '32' },
  trace: { type: 'string', multiple: true, default: [] },
} as const satisfies OptionSpecs;

/** What `trace` takes besides. */
export const LAUNCH_OPTIONS = {
  cwd: { type: 'string' },
  env: { type: 'string', short: 'E', multiple: true, default: [] },
  'inherit-env': { type: 'boolean', default: false },
  user: { type: 'string', short: 'u' },
} as const satisfies OptionSpecs;

/** Options, and what follows them. */
export interface ParsedArguments<Specs extends OptionSpecs> {
  readonly values: ReturnType<typeof parseArgs<{ options: Specs; strict: true }>>['values'];
  /** From the first argument that is no option, or after `--`. */
  readonly operands: string[];
}

/**
 * Parses the options up to the first operand, as strace does, so that the options of a command are
 * left to it. Throws a UsageError.
 */
export function parseOptions<Specs extends OptionSpecs>(
  args: string[],
  options: Specs,
): ParsedArguments<Specs> {
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const first = tokens.find((token) => token.kind !== 'option');
  const end = first?.index ?? args.length;
  const operands = args.slice(first?.kind === 'option-terminator' ? end + 1 : end);
  try {
    const { values } = parseArgs({ args: args.slice(0, end), options, strict: true });
    return { values, operands } as ParsedArguments<Specs>;
  } catch (error) {
    throw new UsageError(describe(error));
  }
}

/** Node's own messages add advice that does not fit here. */
function describe(error: unknown): string {
  const message = (error as Error).message;
  if ((error as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    return `unrecognized option ${/'[^']*'/.exec(message)?.[0] ?? ''}`.trimEnd();
  }
  return message.replace(/[.\n].*$/s, '').replace(/^Option/, 'option');
}

/** Parses a whole number in a range; `option` names it in the UsageError. */
export function parseNumber(text: string, option: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new UsageError(`invalid ${option} argument: '${text}' (${min} to ${max})`);
  }
  return value;
}
