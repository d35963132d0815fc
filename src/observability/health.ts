/** grpc.health.v1: whether to send calls here. */
import type { DescService } from '@bufbuild/protobuf';
import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

/** The server as a whole, in the protocol's terms. */
const whole = '';

export class Health {
  readonly #names: readonly string[];
  readonly #implementation: HealthImplementation;

  /** Every service is SERVING, and so is the server. */
  constructor(services: readonly DescService[]) {
    this.#names = [whole, ...services.map((service) => service.typeName)];
    this.#implementation = new HealthImplementation(
      Object.fromEntries(this.#names.map((name) => [name, 'SERVING' as const])),
    );
  }

  addTo(server: Server): void {
    this.#implementation.addToServer(server);
  }

  /** From now on nothing is SERVING; who watches is told. */
  stopServing(): void {
    for (const name of this.#names) {
      this.#implementation.setStatus(name, 'NOT_SERVING');
    }
  }
}
