/** Connections by way of an HTTP proxy (CONNECT, RFC 9110). */

import { BlockList, isIP } from 'node:net';
import type { ChannelOptions } from '@grpc/grpc-js';
import type { ServerAddress } from './address.js';

/** Addresses of this machine itself (RFC 1122, 4291); connect(2) takes the unspecified ones for loopback. */
const OWN_ADDRESSES = new BlockList();
OWN_ADDRESSES.addSubnet('127.0.0.0', 8);
OWN_ADDRESSES.addAddress('0.0.0.0');
OWN_ADDRESSES.addAddress('::1', 'ipv6');
OWN_ADDRESSES.addAddress('::', 'ipv6');

/** "localhost" and names below it are this machine's own by definition (RFC 6761). */
const OWN_NAME = /^(?:.*\.)?localhost\.?$/i;

function isThisMachine({ target, local }: ServerAddress): boolean {
  const host = /^dns:\[?(?<host>.*?)\]?:\d+$/.exec(target)?.groups?.['host'] ?? '';
  const family = isIP(host);
  return (
    local ||
    (family === 0 ? OWN_NAME.test(host) : OWN_ADDRESSES.check(host, family === 4 ? 'ipv4' : 'ipv6'))
  );
}

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
  if (isThisMachine(address)) {
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
