/** The options of the subcommands, named as strace names them where it has them. */

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { checkTextOptions } from './byte-arguments.js';
import { canonicalQualifier, EXPRESSION_OPTIONS } from './expressions.js';
import { describeStraceOption } from './strace-options.js';
import { didYouMean } from './suggestion.js';
import { UsageError } from './usage-error.js';

/** Options as parseArgs takes them. */
export type OptionSpecs = NonNullable<ParseArgsConfig['options']>;

/** What every subcommand takes. */
const BASE_OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  local: { type: 'boolean', default: false },
  server: { type: 'string' },
} as const satisfies OptionSpecs;

/** What commands take that ask a server once. */
export const REMOTE_OPTIONS = {
  ...BASE_OPTIONS,
  json: { type: 'boolean', default: false },
} as const satisfies OptionSpecs;

/** How lines look and where they go. */
const LINE_OPTIONS = {
  columns: { type: 'string', short: 'a', default: '40' },
  output: { type: 'string', short: 'o' },
  quiet: { type: 'boolean', short: 'q', multiple: true, default: [] },
} as const satisfies OptionSpecs;

/** For those whose tracees go on or end with what is written. */
export const WRITE_OPTIONS = {
  'on-write-error': { type: 'string', default: 'continue' },
} as const satisfies OptionSpecs;

/** Counts instead of lines, or after them. */
export const COUNT_OPTIONS = {
  summary: { type: 'boolean', short: 'C', default: false },
  'summary-columns': { type: 'string', short: 'U' },
  'summary-only': { type: 'boolean', short: 'c', default: false },
  'summary-sort-by': { type: 'string', short: 'S' },
  'summary-wall-clock': { type: 'boolean', short: 'w', default: false },
} as const satisfies OptionSpecs;

/** What commands take that print records which others have caused. */
export const PRINT_OPTIONS = {
  ...COUNT_OPTIONS,
  ...LINE_OPTIONS,
  ...REMOTE_OPTIONS,
} as const satisfies OptionSpecs;

/** Which records. */
export const FILTER_OPTIONS = {
  /** With those that have options of their own, as `name=value`, in the order of the command line. */
  expression: { type: 'string', short: 'e', multiple: true, default: [] },
  'failed-only': { type: 'boolean', short: 'Z', default: false },
  status: { type: 'string', multiple: true, default: [] },
  'successful-only': { type: 'boolean', short: 'z', default: false },
  trace: { type: 'string', multiple: true, default: [] },
  'trace-fds': { type: 'string', multiple: true, default: [] },
  'trace-path': { type: 'string', short: 'P', multiple: true, default: [] },
} as const satisfies OptionSpecs;

/** What is done to calls; FILTER_OPTIONS has them, too, as expressions. */
const TAMPERING_OPTIONS = {
  fault: { type: 'string', multiple: true, default: [] },
  inject: { type: 'string', multiple: true, default: [] },
} as const satisfies OptionSpecs;

/** What is recorded. */
export const CAPTURE_OPTIONS = {
  ...BASE_OPTIONS,
  ...FILTER_OPTIONS,
  ...TAMPERING_OPTIONS,
  'follow-forks': { type: 'boolean', short: 'f', multiple: true, default: [] },
  'no-abbrev': { type: 'boolean', short: 'v', default: false },
  'no-follow': { type: 'boolean', default: false },
  overflow: { type: 'string' },
  'string-limit': { type: 'string', short: 's', default: '32' },
} as const satisfies OptionSpecs;

/** What `trace` and `attach` take. */
export const COMMON_OPTIONS = {
  ...CAPTURE_OPTIONS,
  ...COUNT_OPTIONS,
  ...LINE_OPTIONS,
  ...WRITE_OPTIONS,
  detach: { type: 'boolean', short: 'D', default: false },
  label: { type: 'string', multiple: true, default: [] },
  paused: { type: 'boolean', default: false },
} as const satisfies OptionSpecs;

/** What commands take that start a command. */
export const LAUNCH_OPTIONS = {
  cwd: { type: 'string' },
  env: { type: 'string', short: 'E', multiple: true, default: [] },
  'inherit-env': { type: 'boolean', default: false },
  'keep-capabilities': { type: 'boolean', default: false },
  user: { type: 'string', short: 'u' },
} as const satisfies OptionSpecs;

/** Names that one command takes or another. */
const TAKEN_SOMEWHERE: ReadonlySet<string> = new Set([
  ...Object.keys(COMMON_OPTIONS),
  ...Object.keys(LAUNCH_OPTIONS),
]);

/** Options, and what follows them. */
export interface ParsedArguments<Specs extends OptionSpecs> {
  readonly values: ReturnType<typeof parseArgs<{ options: Specs; strict: true }>>['values'];
  /** What is no option. */
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
  return { values: parseAnywhere(args.slice(0, end), options).values, operands };
}

/** Parses options before, between and after the operands, up to "--". Throws a UsageError. */
export function parseAnywhere<Specs extends OptionSpecs>(
  args: string[],
  options: Specs,
): ParsedArguments<Specs> {
  try {
    const { values, positionals, tokens } = parseArgs({
      args,
      options,
      strict: true,
      allowPositionals: true,
      tokens: true,
    });
    checkTextOptions(values);
    const expressions = Object.hasOwn(options, 'expression') ? expressionsOf(tokens) : {};
    return {
      values: { ...values, ...expressions },
      operands: positionals,
    } as unknown as ParsedArguments<Specs>;
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(describe(error, options));
  }
}

/** The last of several counts, so that their order among each other matters. */
function expressionsOf(tokens: readonly { kind: string; name?: string; value?: unknown }[]): {
  expression: string[];
} {
  const expression = tokens.flatMap(({ kind, name = '', value }) => {
    if (kind !== 'option' || typeof value !== 'string') {
      return [];
    }
    const isLong = EXPRESSION_OPTIONS.includes(name);
    return isLong ? [`${name}=${value}`] : name === 'expression' ? [value] : [];
  });
  return { expression };
}

/** Node's own messages add advice that does not fit here. */
function describe(error: unknown, options: OptionSpecs): string {
  const message = (error as Error).message;
  if ((error as NodeJS.ErrnoException).code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    return message.replace(/[.\n].*$/s, '').replace(/^Option/, 'option');
  }
  const option = /'([^']*)'/.exec(message)?.[1] ?? '';
  const written = option.replace(/^--(?:no-)?/, '');
  const name = option.startsWith('--') ? canonicalQualifier(written) : undefined;
  if (name !== undefined && Object.hasOwn(options, name)) {
    return `unrecognized option '${option}'; did you mean '--${name}'?`;
  }
  const ofStrace = describeStraceOption(option, name, TAKEN_SOMEWHERE);
  if (ofStrace !== undefined) {
    return ofStrace;
  }
  const hint = name === undefined ? '' : didYouMean(name, Object.keys(options), '--');
  return `unrecognized option '${option}'${hint}`;
}

/** Parses a whole number in a range; `option` names it in the UsageError. */
export function parseNumber(text: string, option: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new UsageError(`invalid ${option} argument: '${text}' (${min} to ${max})`);
  }
  return value;
}

const MAX_UINT64 = 2n ** 64n - 1n;

/** Parses a number of 64 bits in decimal or 0x hexadecimal; `option` names it in the UsageError. */
export function parseUint64(text: string, option: string): bigint {
  const value = /^(?:\d{1,20}|0x[0-9a-fA-F]{1,16})$/.test(text) ? BigInt(text) : -1n;
  if (value < 0n || value > MAX_UINT64) {
    throw new UsageError(`invalid ${option} argument: '${text}'`);
  }
  return value;
}
