/** Builds the services of what they work on, for whatever carries calls to them. Knows no transport. */
import type { DescService } from '@bufbuild/protobuf';
import type { HostConfig } from './config.js';
import { ControlService } from './gen/ptraced/v1/control_service_pb.js';
import { MemoryService } from './gen/ptraced/v1/memory_service_pb.js';
import { ServerService } from './gen/ptraced/v1/server_service_pb.js';
import { TraceService } from './gen/ptraced/v1/trace_service_pb.js';
import type { Log } from './log.js';
import type { NativeAddon } from './native/addon.js';
import { inheritedSoftNofile } from './procfs/self.js';
import type { ServiceHandlers } from './rpc/handlers.js';
import { controlHandlers } from './services/control-service.js';
import { memoryHandlers } from './services/memory-service.js';
import { serverHandlers } from './services/server-service.js';
import { traceHandlers } from './services/trace-service.js';
import { Engine } from './session/engine.js';
import { SessionRegistry } from './session/registry.js';
import { atMost } from './time.js';

/** The services that a host has. */
export const servedServices: readonly DescService[] = [
  TraceService,
  ControlService,
  MemoryService,
  ServerService,
];

/** Takes a service and what serves it. */
export type Serve = <S extends DescService>(service: S, handlers: ServiceHandlers<S>) => void;

/** A tracee that the kernel does not let stop or die holds the end up for so long. */
const sessionsEndMs = 5000;

/** The sessions of one process and the services that act on them. */
export class ServiceHost {
  readonly #config: HostConfig;
  readonly #engine: Engine;
  readonly #droppedLogLines: () => number;
  readonly #registry: SessionRegistry;

  /** `droppedLogLines` counts lines of `log` that were lost since the start. */
  constructor(config: HostConfig, addon: NativeAddon, log: Log, droppedLogLines = () => 0) {
    const { limits, keepEndedMs } = config;
    this.#config = config;
    this.#droppedLogLines = droppedLogLines;
    this.#engine = new Engine(addon, config.launchInheritance);
    this.#registry = new SessionRegistry({
      limits,
      keepEndedMs,
      log,
      tracerThreads: () => this.#engine.tracerThreads(),
    });
  }

  /** Calls `serve` once for each service. */
  eachService(serve: Serve): void {
    const { launchUser, launchPolicy, softNofile, linesFd, limits } = this.#config;
    const launchDefaults = {
      user: launchUser,
      policy: launchPolicy,
      softNofile: softNofile ?? inheritedSoftNofile(),
      linesFd,
    };
    const parts = { engine: this.#engine, registry: this.#registry };
    serve(TraceService, traceHandlers({ ...parts, launchDefaults, maxBlockMs: limits.maxBlockMs }));
    serve(ControlService, controlHandlers(parts));
    serve(MemoryService, memoryHandlers(parts));
    const droppedLogLines = this.#droppedLogLines;
    serve(
      ServerService,
      serverHandlers({ engine: this.#engine, limits, launchPolicy, droppedLogLines }),
    );
  }

  /**
   * Makes what is made once, while there are threads and processes for it: libuv ends the process where it cannot
   * make those of its pool.
   */
  async prepare(): Promise<void> {
    await this.#engine.features().catch(() => {}); // asked again by whoever needs to know
  }

  /** Refuses new sessions and ends all (attached processes run on). Settles within 5 s. */
  close(): Promise<void> {
    return atMost(sessionsEndMs, this.#registry.close());
  }
}
