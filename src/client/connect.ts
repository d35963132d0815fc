/** Makes connections to servers. */

import { Client } from '@grpc/grpc-js';
import { parseAddress } from './address.js';
import { PtracedClient } from './client.js';
import { Credentials, plaintext } from './credentials.js';
import { MAX_FRAME_BYTES } from './grpc-errors.js';
import { GrpcTransport } from './grpc-transport.js';
import { routeTo } from './proxy.js';

/** Options of a connection. */
export interface ConnectOptions {
  /** Milliseconds that a call waits for the connection before it fails with UNAVAILABLE. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds of silence after which the server is asked for a sign of life. Default: 20,000. */
  readonly keepaliveTimeMs?: number;
  /** Milliseconds it then has. Default: 10,000. */
  readonly keepaliveTimeoutMs?: number;
  /**
   * HTTP proxy, `http://[USER:PASSWORD@]HOST[:PORT]`, for servers on other machines. Default: none; the variables
   * http_proxy, https_proxy and grpc_proxy are not heeded.
   */
  readonly proxy?: string | undefined;
}

/**
 * What a server may send before it hears of what was read. With HTTP/2's own 64 KiB it waits for that
 * with every frame.
 */
const WINDOW_BYTES = 1024 * 1024;

/**
 * Makes a client of the server at `unix:PATH` or `HOST:PORT`. The connection is made with the first
 * call, which fails with UNAVAILABLE where it cannot be within `connectTimeoutMs`.
 *
 * Throws a RangeError for an address or a proxy that is none.
 */
export function connect(
  address: string,
  credentials: Credentials = plaintext(),
  options: ConnectOptions = {},
): PtracedClient {
  const { target, options: route } = routeTo(parseAddress(address), options.proxy);
  const channel = new Client(target, Credentials.toChannel(credentials), {
    ...route,
    'grpc.max_receive_message_length': MAX_FRAME_BYTES,
    'grpc-node.flow_control_window': WINDOW_BYTES,
    'grpc.keepalive_time_ms': options.keepaliveTimeMs ?? 20_000,
    'grpc.keepalive_timeout_ms': options.keepaliveTimeoutMs ?? 10_000,
    // A trace must not be started twice behind the caller's back.
    'grpc.enable_retries': 0,
    // A server that comes back is found soon; streams have delays of their own.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    // Two clients to one address are two connections: closing one must not touch the other.
    'grpc.use_local_subchannel_pool': 1,
  });
  return new PtracedClient(new GrpcTransport(channel, options.connectTimeoutMs ?? 10_000));
}
