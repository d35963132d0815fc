/** Checks what tracing needs, with a remedy for each finding. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { displayBytes } from '../bytes.js';
import type { LaunchPolicy } from '../config.js';
import { ServiceError } from '../errors.js';
import { CheckOutcome, type CheckSchema } from '../gen/ptraced/v1/server_service_pb.js';
import { readProcess } from '../procfs/process.js';
import {
  hasCapability,
  hasSeccompFilter,
  isInInitialUserNamespace,
  yamaScope,
} from '../procfs/self.js';
import { checkAttach } from '../security/attach-rules.js';
import { ptraceObstacles } from '../security/ptrace-hints.js';
import type { KernelFeatures } from '../session/engine.js';

type Check = MessageInitShape<typeof CheckSchema> & { outcome: CheckOutcome };

const { OK, WARN, FAIL } = CheckOutcome;
const sharePidNamespace =
  'share the pid namespace: shareProcessNamespace, kubectl debug --target, docker run --pid';

function checkSyscallInfo({ getSyscallInfo }: KernelFeatures): Check {
  const name = 'kernel';
  return getSyscallInfo
    ? { name, outcome: OK, finding: 'PTRACE_GET_SYSCALL_INFO works' }
    : {
        name,
        outcome: FAIL,
        finding: 'PTRACE_GET_SYSCALL_INFO does not work',
        remedy: 'use Linux 5.3 or later, and a seccomp profile that allows ptrace',
      };
}

function checkMemory({ processVm }: KernelFeatures): Check {
  const name = 'memory';
  return processVm
    ? { name, outcome: OK, finding: 'process_vm_readv works' }
    : {
        name,
        outcome: WARN,
        finding: 'process_vm_readv does not work: strings and structures are read more slowly',
        remedy: 'use a seccomp profile that allows process_vm_readv',
      };
}

function checkCapability(): Check {
  const name = 'capability';
  const reach = isInInitialUserNamespace() ? '' : ", for processes of the server's user namespace";
  return hasCapability('CAP_SYS_PTRACE')
    ? { name, outcome: OK, finding: `CAP_SYS_PTRACE is in effect${reach}` }
    : {
        name,
        outcome: WARN,
        finding: `CAP_SYS_PTRACE is not in effect: only processes of uid ${process.getuid?.()} can be attached to`,
        remedy:
          'run as uid 0 with CAP_SYS_PTRACE added; for another uid it would not come into effect',
      };
}

/** `capable`: CAP_SYS_PTRACE is in effect. */
export function checkYama(scope: number | undefined, capable: boolean): Check {
  const name = 'yama';
  const finding =
    scope === undefined ? 'the kernel has no Yama' : `kernel.yama.ptrace_scope is ${scope}`;
  if (scope === 3) {
    const remedy = 'set kernel.yama.ptrace_scope below 3 and reboot';
    return { name, outcome: FAIL, finding: `${finding}: nobody may attach`, remedy };
  }
  if (scope === undefined || scope === 0 || capable) {
    return { name, outcome: OK, finding };
  }
  const remedy = 'give the server CAP_SYS_PTRACE, or set kernel.yama.ptrace_scope to 0';
  if (scope === 2) {
    const wanted = `${finding}: all tracing, of launched commands too, takes CAP_SYS_PTRACE`;
    return { name, outcome: FAIL, finding: wanted, remedy };
  }
  return {
    name,
    outcome: WARN,
    finding: `${finding}: only launched commands can be traced`,
    remedy,
  };
}

function checkSeccomp(): Check {
  const finding = hasSeccompFilter()
    ? 'a filter is in force; what it forbids shows above'
    : 'no filter';
  return { name: 'seccomp', outcome: OK, finding };
}

function checkPidNamespace(): Check {
  const name = 'pid_namespace';
  const inner = readProcess(process.pid)?.namespacePid;
  const init = readProcess(1)?.comm;
  if (init === undefined) {
    const remedy = 'mount /proc without hidepid, or run as uid 0';
    return { name, outcome: WARN, finding: 'processes of others are hidden', remedy };
  }
  return inner === 1
    ? {
        name,
        outcome: WARN,
        finding: 'the server is process 1: it sees only what it launches',
        remedy: sharePidNamespace,
      }
    : { name, outcome: OK, finding: `process 1 is ${displayBytes(init)}` };
}

/** What launched commands, of the server's own user unless they say another, can do to the server. */
export function checkLaunch(
  policy: LaunchPolicy,
  { signalScope, ownLimits }: { signalScope: boolean; ownLimits: boolean },
): Check {
  const name = 'launch';
  if (policy === 'off') {
    return { name, outcome: OK, finding: 'commands cannot be launched' };
  }
  if (policy === 'own') {
    return { name, outcome: OK, finding: 'commands keep everything: they are of your own making' };
  }
  const gaps = [
    ...(policy === 'privileged' ? ['keep the capabilities of the server where they ask'] : []),
    ...(signalScope ? [] : ['signal it, since the kernel has no Landlock of Linux 6.12']),
    ...(ownLimits ? [] : ['change its limits by prlimit(2), since it lacks CAP_SETGID']),
  ];
  return gaps.length === 0
    ? { name, outcome: OK, finding: 'commands can neither signal, trace, read nor call the server' }
    : {
        name,
        outcome: WARN,
        finding: `commands of the server's own user can ${gaps.join(', and ')}`,
        remedy:
          'start commands as another user (--launch-user), which docs/security.md says more of',
      };
}

/** What concerns every trace. */
export function diagnoseServer(kernel: KernelFeatures, policy: LaunchPolicy): Check[] {
  return [
    checkSyscallInfo(kernel),
    checkMemory(kernel),
    checkCapability(),
    checkYama(yamaScope(), hasCapability('CAP_SYS_PTRACE')),
    checkSeccomp(),
    checkPidNamespace(),
    checkLaunch(policy, {
      signalScope: kernel.signalScope,
      ownLimits: hasCapability('CAP_SETGID'),
    }),
  ];
}

/** Whether what reads the log keeps up. */
export function checkLog(droppedLines: number): Check {
  const name = 'log';
  return droppedLines === 0
    ? { name, outcome: OK, finding: 'no line was dropped' }
    : {
        name,
        outcome: WARN,
        finding: `${droppedLines} lines were dropped: what stderr leads to did not take them`,
        remedy: 'read the pipe of the log, or make room on its disk',
      };
}

const remedies: Record<string, string> = {
  ALREADY_TRACED: 'end the other tracer: a process has only one',
  PROCESS_NOT_FOUND: `give the id in the server's pid namespace, as ListProcesses does; or ${sharePidNamespace}`,
  TARGET_DENIED: 'choose another process: this rule has no exception',
};

/** Whether the process could be attached to. */
export async function diagnoseProcess(pid: number): Promise<Check> {
  const name = 'attach';
  try {
    const obstacles = ptraceObstacles(await checkAttach({ pid, singleThread: false }));
    return obstacles.length === 0
      ? { name, outcome: OK, finding: `nothing is known to forbid attaching to process ${pid}` }
      : {
          name,
          outcome: FAIL,
          finding: `PTRACE_DENIED: ${obstacles.join('; ')}`,
          remedy:
            "run the server as uid 0 with CAP_SYS_PTRACE, in the process' user namespace or an outer one",
        };
  } catch (error) {
    if (!(error instanceof ServiceError)) {
      throw error;
    }
    const finding = `${error.reason}: ${error.message}`;
    return { name, outcome: FAIL, finding, remedy: remedies[error.reason] ?? '' };
  }
}
