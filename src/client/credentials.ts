/** What protects a connection, and what a client shows the server of itself. */

import { type ChannelCredentials, credentials } from '@grpc/grpc-js';

/**
 * Credentials of a connection; opaque. `plaintext()` makes those of a connection that neither
 * encrypts nor shows anything: a unix socket's mode decides who may connect to it.
 */
export class Credentials {
  readonly #channel: ChannelCredentials;

  private constructor(channel: ChannelCredentials) {
    this.#channel = channel;
  }

  static plaintext(): Credentials {
    return new Credentials(credentials.createInsecure());
  }

  /** What grpc-js takes. */
  static toChannel(from: Credentials): ChannelCredentials {
    return from.#channel;
  }
}

/** No encryption and no identity: for unix sockets and loopback addresses. The default. */
export function plaintext(): Credentials {
  return Credentials.plaintext();
}
