/** grpc.health.v1: whether to send calls here. */
import { createRequire } from 'node:module';
import type { DescService } from '@bufbuild/protobuf';
import type { Server } from '@grpc/grpc-js';
import type * as healthLibrary from 'grpc-health-check';
import { addLazily, type LazyMethod } from './lazy-service.js';

const require = createRequire(import.meta.url);

/** The server as a whole, in the protocol's terms. */
const whole = '';

const methods: readonly LazyMethod[] = [
  { path: '/grpc.health.v1.Health/Check', kind: 'unary' },
  { path: '/grpc.health.v1.Health/List', kind: 'unary' },
  { path: '/grpc.health.v1.Health/Watch', kind: 'server_streaming' },
];

export class Health {
  readonly #names: readonly string[];
  /** Undefined until somebody asks. */
  #implementation: healthLibrary.HealthImplementation | undefined;
  #serving = true;

  /** Every service is SERVING, and so is the server. */
  constructor(services: readonly DescService[]) {
    this.#names = [whole, ...services.map((service) => service.typeName)];
  }

  addTo(server: Server): void {
    addLazily(server, methods, async (taker) => {
      const { HealthImplementation } = require('grpc-health-check') as typeof healthLibrary;
      const status = this.#serving ? ('SERVING' as const) : ('NOT_SERVING' as const);
      const statuses = this.#names.map((name) => [name, status] as const);
      this.#implementation = new HealthImplementation(Object.fromEntries(statuses));
      this.#implementation.addToServer(taker);
    });
  }

  /** From now on nothing is SERVING; who watches is told. */
  stopServing(): void {
    this.#serving = false;
    for (const name of this.#names) {
      this.#implementation?.setStatus(name, 'NOT_SERVING');
    }
  }
}
