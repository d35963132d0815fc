/** The processes that ListProcesses shows. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { displayBytes, fromBytes, toBytes } from '../bytes.js';
import type { ProcessSchema } from '../gen/ptraced/v1/control_service_pb.js';
import { listPids } from '../procfs/files.js';
import {
  argumentsPath,
  type ProcessStatus,
  parseArguments,
  readContainerId,
  readExecutable,
  readProcess,
} from '../procfs/process.js';
import { ownLine } from '../procfs/self.js';
import { attachRefusal, listTracers, tracesRefusal } from '../security/attach-rules.js';
import { ptraceObstacles } from '../security/ptrace-hints.js';
import { redactArguments } from '../security/redact.js';
import type { Engine } from '../session/engine.js';
import { textFields, textListFields } from './bytes-fields.js';
import { maxPageBytes } from './paging.js';

export interface ProcessQuery {
  /** Only those with a larger pid. */
  readonly afterPid: number;
  readonly limit: number;
  readonly matchesComm: (comm: string) => boolean;
  readonly uid?: number;
  readonly attachableOnly: boolean;
}

type Process = MessageInitShape<typeof ProcessSchema>;

/** A reason of the error model; empty where an attach would be tried. */
function notAttachableReason(
  process: ProcessStatus,
  line: ReadonlySet<number>,
  tracers: ReadonlySet<number>,
): string {
  const refusal = attachRefusal(process, line) ?? tracesRefusal(process, tracers);
  if (refusal !== undefined) {
    return refusal.reason;
  }
  return ptraceObstacles(process).length > 0 ? 'PTRACE_DENIED' : '';
}

function toProcess({ process, reason }: Candidate, cmdline: Buffer | undefined): Process {
  const { pid, namespacePid, parentPid, comm, tracerPid } = process;
  const argv = redactArguments(parseArguments(cmdline).map(fromBytes)).map(toBytes);
  return {
    pid,
    namespacePid,
    parentPid,
    uid: process.realUid,
    ...textFields('comm', comm),
    ...textListFields('argv', argv),
    ...textFields('exe', readExecutable(pid) ?? Buffer.alloc(0)),
    startTime: timestampFromMs(process.startTimeMs),
    containerId: readContainerId(pid),
    tracerPid,
    attachable: reason === '',
    notAttachableReason: reason,
  };
}

/** A process that the query selects. */
interface Candidate {
  readonly process: ProcessStatus;
  readonly reason: string;
}

/** How many are asked for their arguments at once, in one process of ours. */
const askedAtOnce = 100;

/** Of what can be long. */
function bytesOf({ argv = [], argvBytes = [], exe = '' }: Process): number {
  return [...argv, ...argvBytes, exe].reduce((sum, one) => sum + Buffer.byteLength(one), 0);
}

/** What the query selects, by pid. */
async function* candidates(query: ProcessQuery): AsyncGenerator<Candidate> {
  const line = ownLine();
  const tracers = await listTracers();
  for await (const pid of listPids()) {
    const process = pid > query.afterPid ? readProcess(pid) : undefined;
    if (
      process === undefined ||
      !query.matchesComm(displayBytes(process.comm)) ||
      (query.uid !== undefined && query.uid !== process.realUid)
    ) {
      continue;
    }
    const reason = notAttachableReason(process, line, tracers);
    if (!query.attachableOnly || reason === '') {
      yield { process, reason };
    }
  }
}

/** One more than the page has, if there are more: then it is not the last one. */
async function firstCandidates(query: ProcessQuery): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for await (const candidate of candidates(query)) {
    found.push(candidate);
    if (found.length > query.limit) {
      break;
    }
  }
  return found;
}

/**
 * A page, by pid, shorter than the limit where it comes to 1 MiB. `lastPid` is where the next one goes on; undefined
 * where nothing more matches. Arguments that do not come in time are left out.
 */
export async function listProcesses(
  query: ProcessQuery,
  engine: Pick<Engine, 'readFiles'>,
): Promise<{ processes: Process[]; lastPid: number | undefined }> {
  const found = await firstCandidates(query);
  const processes: Process[] = [];
  let bytes = 0;
  for (let first = 0; first < found.length; first += askedAtOnce) {
    const asked = found.slice(first, first + askedAtOnce);
    const cmdlines = await engine.readFiles(asked.map(({ process }) => argumentsPath(process.pid)));
    for (const [index, candidate] of asked.entries()) {
      if (processes.length === query.limit || bytes >= maxPageBytes) {
        return { processes, lastPid: processes.at(-1)?.pid };
      }
      const process = toProcess(candidate, cmdlines[index]);
      bytes += bytesOf(process);
      processes.push(process);
    }
  }
  return { processes, lastPid: undefined };
}
