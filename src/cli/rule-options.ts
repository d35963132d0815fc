/** From `-e inject=` and `-e fault=` to the Rules of the API. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import { type InjectRuleSchema, PtracedError } from '../client/index.js';
import { callFilterOf, callsOf } from './capture-options.js';
import { parseExpressions } from './expressions.js';
import type { FILTER_OPTIONS, ParsedArguments } from './options.js';
import type { Tampering } from './tampering.js';
import { UsageError } from './usage-error.js';

type FilterValues = ParsedArguments<typeof FILTER_OPTIONS>['values'];

/** Why a command that only looks on refuses these expressions. */
export const TAMPERING_ELSEWHERE =
  '-e inject= and -e fault= are for commands that start a trace: trace, attach and record';

/** What the command line does to calls. */
export interface CallTampering {
  readonly rules: { inject: MessageInitShape<typeof InjectRuleSchema>[] };
  /** Runs `start`. Where the server finds an expression wrong, the UsageError is about that. */
  blame<Result>(start: () => Promise<Result>): Promise<Result>;
}

/**
 * As strace, tampers only with calls that are traced: those of -e trace=, -P and -e trace-fds=. A later
 * expression takes its calls from earlier ones, and counts by thread. `address` is the server's, if it is
 * not our own. Throws a UsageError.
 */
export function tamperingOf(values: FilterValues, address: string | undefined): CallTampering {
  const expressions = parseExpressions(values.expression).tampering.toReversed();
  const at = callFilterOf(values, address);
  const inject = expressions.map(({ set, effect }) => ({
    ...effect,
    ...callsOf(set),
    at,
    countThreads: true,
    exclusive: true,
    filtered: true,
  }));
  return {
    rules: { inject },
    blame: async (start) => {
      try {
        return await start();
      } catch (error) {
        throw explained(error, expressions);
      }
    },
  };
}

/** Throws a UsageError where the expressions tamper with calls. */
export function refuseTampering(values: Pick<FilterValues, 'expression'>): void {
  if (parseExpressions(values.expression).tampering.length > 0) {
    throw new UsageError(TAMPERING_ELSEWHERE);
  }
}

/** What the server says of a field, said of the expression that it comes from. */
function explained(error: unknown, expressions: readonly Tampering[]): unknown {
  const cause = error instanceof UsageError ? error.cause : undefined;
  const violation = cause instanceof PtracedError ? cause.fieldViolations[0] : undefined;
  const [, index, field = ''] =
    /^rules\.inject\[(\d+)\]\.(syscalls|error|signal)\b/.exec(violation?.field ?? '') ?? [];
  const expression = index === undefined ? undefined : expressions[Number(index)];
  if (!(cause instanceof PtracedError) || violation === undefined || expression === undefined) {
    return error;
  }
  const why = field === 'syscalls' ? cause.message : `${field}= ${violation.description}`;
  return new UsageError(`invalid ${expression.title} (${why})`);
}
