/** Commands that ask a server once: what they have in common. */

import { type PtracedClient, PtracedError } from '../client/index.js';
import { type Command, printHelp } from './command.js';
import {
  describeFailure,
  lastingServerOf,
  openConnection,
  serverOf,
  throwUsageError,
} from './connection.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import {
  type OptionSpecs,
  type ParsedArguments,
  parseAnywhere,
  REMOTE_OPTIONS,
} from './options.js';
import { TextOutput } from './text-output.js';
import { UsageError } from './usage-error.js';

type Values<Specs extends OptionSpecs> = ParsedArguments<Specs & typeof REMOTE_OPTIONS>['values'];

/** What a command is given. */
export interface RemoteCall<Specs extends OptionSpecs> {
  readonly client: PtracedClient;
  readonly values: Values<Specs>;
  readonly operands: string[];
  readonly output: TextOutput;
}

/** What is special about a command. */
export interface RemoteSpec<Specs extends OptionSpecs> {
  readonly name: string;
  readonly summary: string;
  /** The operands as the usage shows them, such as "SESSION [TID]..."; they are counted by it. */
  readonly synopsis: string;
  readonly description: string;
  readonly options: Specs;
  /** Lines of the help about `options`. */
  readonly optionHelp?: string;
  /** It makes sense with a server of our own too. Default: the user must name one. */
  readonly ownServer?: boolean;
  /** Does it. What it throws is told in one line. */
  run(call: RemoteCall<Specs>): Promise<void>;
}

export function remoteCommand<const Specs extends OptionSpecs>(spec: RemoteSpec<Specs>): Command {
  const { name, summary } = spec;
  const help = helpOf(spec);
  return {
    name,
    summary,
    help,
    async run(args, server): Promise<ExitStatus> {
      const parsed = parseAnywhere(args, { ...spec.options, ...REMOTE_OPTIONS });
      // TypeScript does not see through the spread of a type parameter.
      const values = parsed.values as Values<Specs>;
      const own = parsed.values as Values<Record<never, never>>;
      const { help: wantsHelp, json } = own;
      if (wantsHelp) {
        return printHelp(help);
      }
      checkOperands(parsed.operands, spec.synopsis);
      const address = (spec.ownServer ? serverOf : lastingServerOf)(own, server);
      const output = new TextOutput(json);
      await using connection = await openConnection(address);
      try {
        await spec.run({ client: connection.client, values, operands: parsed.operands, output });
        return { code: 0 };
      } catch (error) {
        if (!(error instanceof PtracedError)) {
          throw error;
        }
        throwUsageError(error, connection.address);
        output.notice(describeFailure(error, connection.address, false));
        return FAILURE;
      } finally {
        await output.flush();
      }
    },
  };
}

function helpOf<Specs extends OptionSpecs>(spec: RemoteSpec<Specs>): string {
  const byDefault = `$PTRACED_SERVER;\n                           where neither is given, ${
    spec.ownServer ? 'an own one' : "ptraced's default address"
  })`;
  const local = spec.ownServer ? '      --local              use an own one\n' : '';
  const optionHelp = spec.optionHelp === undefined ? '' : `${spec.optionHelp}\n`;
  return `Usage: ptracectl ${spec.name} [OPTION]... ${spec.synopsis}

${spec.description}

${optionHelp}      --json               print protobuf's JSON, one message a line
      --server=ADDR        use the ptraced at unix:PATH or HOST:PORT (default: ${byDefault}
${local}  -h, --help               print this text

Exit status: 0. 1: it could not be done, and one line says why. 2: the command line is wrong.`;
}

/**
 * Throws a UsageError where there are fewer or more operands than the synopsis has. Alternatives are
 * for the command to tell apart.
 */
function checkOperands(operands: readonly string[], synopsis: string): void {
  if (synopsis.includes('|')) {
    return;
  }
  const names = synopsis.split(' ').filter((word) => word !== '');
  const required = names.filter((word) => !word.startsWith('['));
  const missing = required[operands.length];
  if (missing !== undefined) {
    throw new UsageError(`must have ${missing}`);
  }
  const surplus = operands[names.length];
  if (surplus !== undefined && !synopsis.endsWith('...')) {
    throw new UsageError(`unexpected argument: '${surplus}'`);
  }
}
