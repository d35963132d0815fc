/** ServerService: what this server can do, and why something does not work. */
import { release } from 'node:os';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import type { LaunchPolicy, Limits } from '../config.js';
import type { CallContext } from '../context.js';
import { Arch } from '../gen/ptraced/v1/record_pb.js';
import type {
  DiagnoseRequest,
  DiagnoseResponseSchema,
  GetServerInfoRequest,
  GetServerInfoResponseSchema,
  ListSyscallsRequest,
  ListSyscallsResponseSchema,
} from '../gen/ptraced/v1/server_service_pb.js';
import type { Engine } from '../session/engine.js';
import { maxSubscribers } from '../session/limits.js';
import { version } from '../version.js';
import { checkLog, diagnoseProcess, diagnoseServer } from './diagnosis.js';
import { listFeatures } from './features.js';
import { checkEnum, checkPid } from './fields.js';
import { maxTransferBytes } from './memory-place.js';
import { checkSyscalls } from './record-filter.js';

export interface ServerServiceOptions {
  readonly engine: Engine;
  readonly limits: Limits;
  /** Since the start. */
  readonly droppedLogLines: () => number;
  readonly launchPolicy: LaunchPolicy;
}

/** Until roles exist, whoever reaches the server may do everything. */
const everyRole = ['admin'];
/** A batch is sealed at 64 KiB; the last record that a filter passes into it has at most 1 MiB. */
const maxFrameBytes = (1024 + 64) * 1024;

async function getServerInfo(
  { principal }: CallContext,
  { engine, limits, launchPolicy }: ServerServiceOptions,
): Promise<MessageInitShape<typeof GetServerInfoResponseSchema>> {
  const { maxSessions, maxTasks, maxDetached, maxRingBytes, maxRequestBytes, maxBlockMs } = limits;
  return {
    version,
    kernel: release(),
    limits: {
      maxSessions,
      maxTasks,
      maxSubscribers,
      maxRingBytes: BigInt(maxRingBytes),
      maxReadBytes: maxTransferBytes,
      maxFrameBytes,
      maxRequestBytes,
      maxDetached,
      maxBlock: durationFromMs(maxBlockMs),
    },
    features: listFeatures(await engine.features(), launchPolicy),
    principal,
    roles: everyRole,
  };
}

async function diagnose(
  { pid }: DiagnoseRequest,
  { engine, launchPolicy, droppedLogLines }: ServerServiceOptions,
): Promise<MessageInitShape<typeof DiagnoseResponseSchema>> {
  const checks = [
    ...diagnoseServer(await engine.features(), launchPolicy),
    checkLog(droppedLogLines()),
  ];
  if (pid === 0) {
    return { checks };
  }
  checkPid('pid', pid);
  return { checks: [...checks, await diagnoseProcess(pid)] };
}

async function listSyscalls(
  { arch, syscalls }: ListSyscallsRequest,
  { engine }: ServerServiceOptions,
): Promise<MessageInitShape<typeof ListSyscallsResponseSchema>> {
  checkEnum('arch', arch, Arch);
  checkSyscalls('syscalls', syscalls);
  const table = arch === Arch.UNSPECIFIED ? Arch.X86_64 : arch;
  return { syscalls: await engine.listSyscalls(table, syscalls) };
}

export function serverHandlers(options: ServerServiceOptions) {
  return {
    getServerInfo: (_: GetServerInfoRequest, context: CallContext) =>
      getServerInfo(context, options),
    diagnose: (request: DiagnoseRequest) => diagnose(request, options),
    listSyscalls: (request: ListSyscallsRequest) => listSyscalls(request, options),
  } as const;
}
