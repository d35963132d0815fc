/** The addon, with its failures in the words of the error model. */
import type { LaunchInheritance } from '../config.js';
import type {
  NativeAddon,
  NativeAttach,
  NativeCapture,
  NativeLaunch,
  NativeSession,
  NativeSyscall,
  NativeUser,
} from '../native/addon.js';
import { addRealPaths, type Filtered, readFiles } from './files.js';
import { withServiceErrors } from './native-failure.js';
import { UserLookup } from './user-lookup.js';

export type KernelFeatures = Awaited<ReturnType<NativeAddon['probe']>>;

/** What services hand over, with the names that they know. */
export type {
  NativeAttach as EngineAttach,
  NativeCapture as EngineCapture,
  NativeChanges as EngineChanges,
  NativeFilter as EngineFilter,
  NativeLaunch as EngineLaunch,
  NativeProbe as EngineProbe,
  NativeSession as EngineSession,
  NativeSummaryRow as EngineSummaryRow,
} from '../native/addon.js';
export type {
  NativeResume as EngineResume,
  NativeStep as EngineStep,
  NativeTask as EngineTask,
} from '../native/control.js';
export type {
  NativeFault as EngineFault,
  NativeLocation as EngineLocation,
  NativeMapping as EngineMapping,
  NativeMemoryReader as EngineMemoryReader,
} from '../native/memory.js';
export type { NativeRules as EngineRules } from '../native/rules.js';

export class Engine {
  readonly #addon: NativeAddon;
  readonly #users: UserLookup;
  #features: Promise<KernelFeatures> | undefined;
  /** For one command: what it gets is no longer here for another. */
  #inheritance: LaunchInheritance | undefined;

  constructor(addon: NativeAddon, inheritance?: LaunchInheritance) {
    this.#addon = addon;
    this.#users = new UserLookup(addon);
    this.#inheritance = inheritance;
  }

  /** Rejects with EXECUTABLE_NOT_FOUND, EXEC_FAILED, UNKNOWN_SYSCALL, SYSTEM_LIMIT or TRACER_FAILURE. */
  async launch(target: NativeLaunch, capture: NativeCapture): Promise<NativeSession> {
    await this.addRealPaths(capture);
    const inheritance = this.#inheritance;
    this.#inheritance = undefined;
    if (inheritance === undefined) {
      return withServiceErrors(() => this.#addon.launch(target, capture));
    }
    const { descriptors, keptDescriptors, releasedStreams, ...others } = inheritance;
    const inherited = {
      ...others,
      descriptors: descriptors.flat(),
      keptDescriptors: [...keptDescriptors],
      releasedStreams: [...releasedStreams],
    };
    return withServiceErrors(() =>
      this.#addon.launch({ ...target, inheritance: inherited }, capture),
    );
  }

  /** Rejects with PROCESS_NOT_FOUND, PTRACE_DENIED, UNKNOWN_SYSCALL, SYSTEM_LIMIT or TRACER_FAILURE. */
  async attach(target: NativeAttach, capture: NativeCapture): Promise<NativeSession> {
    await this.addRealPaths(capture);
    return withServiceErrors(() => this.#addon.attach(target, capture));
  }

  /** Threads that trace, or wait for the end of a launched command that was let go. */
  tracerThreads(): number {
    return this.#addon.tracerThreads();
  }

  /** Before the filters are given to a session. Rejects with FILE_TIMEOUT, RATE_LIMIT or SYSTEM_LIMIT. */
  addRealPaths(filtered: Filtered): Promise<void> {
    return addRealPaths(this.#addon, filtered);
  }

  /** Undefined for a file that is not there, may not be read or does not answer. */
  readFiles(paths: string[]): Promise<(Buffer | undefined)[]> {
    return readFiles(this.#addon, paths);
  }

  /** Rejects with UNKNOWN_SYSCALL. */
  listSyscalls(arch: number, syscalls: string[]): Promise<NativeSyscall[]> {
    return withServiceErrors(() => this.#addon.listSyscalls(arch, syscalls));
  }

  /** The bytes of a struct sockaddr in strace's notation, and as an encoded Value. */
  socketAddress(bytes: Uint8Array): { text: string; value?: Buffer } {
    return this.#addon.socketAddress(bytes);
  }

  /** The number of a signal by name or number; 0 where there is none. */
  signalNumber(text: string): number {
    return this.#addon.signalNumber(text);
  }

  /** A user of this machine, by name or by id in decimal; null where there is none. See UserLookup. */
  findUser(name: string): Promise<NativeUser | null> {
    return this.#users.find(name);
  }

  /** What the kernel offers to a tracer; asked until it is known. Rejects with SYSTEM_LIMIT or TRACER_FAILURE. */
  features(): Promise<KernelFeatures> {
    this.#features ??= this.#probe();
    return this.#features;
  }

  async #probe(): Promise<KernelFeatures> {
    try {
      return await withServiceErrors(() => this.#addon.probe());
    } catch (error) {
      this.#features = undefined;
      throw error;
    }
  }
}
