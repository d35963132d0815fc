/** The addon, with its failures in the words of the error model. */
import { isReason, ServiceError } from '../errors.js';
import type {
  NativeAddon,
  NativeAttach,
  NativeCapture,
  NativeFailure,
  NativeLaunch,
  NativeSession,
  NativeSyscall,
} from '../native/addon.js';

export type KernelFeatures = Awaited<ReturnType<NativeAddon['probe']>>;

/** What services hand over, with the names that they know. */
export type {
  NativeAttach as EngineAttach,
  NativeCapture as EngineCapture,
  NativeLaunch as EngineLaunch,
  NativeSession as EngineSession,
} from '../native/addon.js';

function isNativeFailure(error: unknown): error is NativeFailure {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'string';
}

/** The one place where a failure of the addon becomes one of the API. */
function toServiceError(error: unknown): unknown {
  if (!isNativeFailure(error)) {
    return error;
  }
  const { reason, operation, errno, errnoName, message } = error;
  return new ServiceError(isReason(reason) ? reason : 'TRACER_FAILURE', message, {
    metadata: {
      ...(operation && { operation }),
      ...(errno && { errno: String(errno), errno_name: errnoName }),
    },
    cause: error,
  });
}

export class Engine {
  readonly #addon: NativeAddon;
  #features: Promise<KernelFeatures> | undefined;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  /** Rejects with EXECUTABLE_NOT_FOUND, EXEC_FAILED, UNKNOWN_SYSCALL or TRACER_FAILURE. */
  launch(target: NativeLaunch, capture: NativeCapture): Promise<NativeSession> {
    return this.#mapped(() => this.#addon.launch(target, capture));
  }

  /** Rejects with PROCESS_NOT_FOUND, PTRACE_DENIED, UNKNOWN_SYSCALL or TRACER_FAILURE. */
  attach(target: NativeAttach, capture: NativeCapture): Promise<NativeSession> {
    return this.#mapped(() => this.#addon.attach(target, capture));
  }

  /** Rejects with UNKNOWN_SYSCALL. */
  listSyscalls(arch: number, syscalls: string[]): Promise<NativeSyscall[]> {
    return this.#mapped(() => this.#addon.listSyscalls(arch, syscalls));
  }

  /** What the kernel offers to a tracer; asked once. */
  features(): Promise<KernelFeatures> {
    this.#features ??= this.#mapped(() => this.#addon.probe());
    return this.#features;
  }

  async #mapped<T>(call: () => Promise<T> | T): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw toServiceError(error);
    }
  }
}
