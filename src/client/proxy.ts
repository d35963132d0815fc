/** Connections by way of an HTTP proxy (CONNECT, RFC 9110). */

import type { ChannelOptions } from '@grpc/grpc-js';
import type { ServerAddress } from './address.js';

/** Names and addresses that are this machine's own by definition (RFC 1122, 4291, 6761), as targets of a channel. */
const LOOPBACK = /^dns:(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:[^:]*\.)?localhost\.?):\d+$/i;

/** What a channel is made of. */
interface Route {
  readonly target: string;
  readonly options: ChannelOptions;
}

/**
 * The way to a server. Connections within this machine never take a proxy, others only the one that is given:
 * http_proxy and the like are about the web. Throws a RangeError for a proxy that is none.
 */
export function routeTo(address: ServerAddress, proxy: string | undefined): Route {
  const direct = { target: address.target, options: { 'grpc.enable_http_proxy': 0 } };
  if (proxy === undefined) {
    return direct;
  }
  const { host, user } = parseProxy(proxy);
  if (address.local || LOOPBACK.test(address.target)) {
    return direct;
  }
  return {
    target: `dns:${host}`,
    options: {
      ...direct.options,
      'grpc.http_connect_target': address.target,
      ...(user !== '' && { 'grpc.http_connect_creds': user }),
      'grpc.default_authority': address.target.slice('dns:'.length),
    },
  };
}

function parseProxy(proxy: string): { host: string; user: string } {
  // Not in the message: it may hold a password.
  const invalid = new RangeError('invalid proxy: want http://[USER:PASSWORD@]HOST[:PORT]');
  if (!URL.canParse(proxy)) {
    throw invalid;
  }
  const { protocol, hostname, port, username, password, pathname } = new URL(proxy);
  if (protocol !== 'http:' || hostname === '' || !['', '/'].includes(pathname)) {
    throw invalid;
  }
  const user = [username, password].filter((part) => part !== '').map(decodeURIComponent);
  return { host: `${hostname}:${port === '' ? '80' : port}`, user: user.join(':') };
}
