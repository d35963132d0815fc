import { OrphanAction, PtracedError } from '../client/index.js';
import { describeFailure, openConnection, throwUsageError } from './connection.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import { TextOutput } from './text-output.js';
import type { TraceRequest } from './trace-run.js';
import { UsageError } from './usage-error.js';

/** Throws a UsageError where options about sessions do not go together. */
export function checkSessionOptions(
  values: {
    detach: boolean;
    label: string[];
    output?: string | undefined;
    paused: boolean;
    summary: boolean;
    'summary-only': boolean;
  },
  address: string | undefined,
): void {
  if (!values.detach && values.label.length > 0) {
    throw new UsageError('--label is for --detach');
  }
  if (values.paused && address === undefined) {
    throw new UsageError('--paused must have --server=ADDR or $PTRACED_SERVER');
  }
  if (values.detach && (values.summary || values['summary-only'])) {
    throw new UsageError("-c and -C are not for --detach: 'ptracectl summary' counts its calls");
  }
  if (values.detach && values.output !== undefined) {
    throw new UsageError('-o and --detach exclude each other');
  }
}

/**
 * Starts a session for each target and prints their names. They stay until the tracees end or somebody
 * ends them; a target that cannot be traced does not stop the others.
 */
export async function startDetached(
  address: string,
  targets: readonly (TraceRequest['target'] & object)[],
  { capture, rules }: Pick<TraceRequest, 'capture' | 'rules'>,
  labels: readonly string[],
): Promise<ExitStatus> {
  const request = {
    ...(capture !== undefined && { capture }),
    ...(rules !== undefined && { rules }),
    labels: Object.fromEntries(labels.map(parseLabel)),
    lease: { orphanAction: OrphanAction.KEEP },
  };
  const output = new TextOutput(false);
  await using connection = await openConnection(address);
  let status: ExitStatus = { code: 0 };
  for (const target of targets) {
    try {
      const { name } = await connection.client.createSession(
        { ...request, target },
        { keep: true },
      );
      output.line(name);
    } catch (error) {
      if (!(error instanceof PtracedError)) {
        throw error;
      }
      throwUsageError(error, address);
      output.notice(describeFailure(error, address, false));
      status = FAILURE;
    }
    await output.flush();
  }
  return status;
}

/** Parses NAME=VALUE. */
export function parseLabel(text: string): [string, string] {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === '') {
    throw new UsageError(`invalid --label argument: '${text}' (NAME=VALUE)`);
  }
  return [name, value];
}
