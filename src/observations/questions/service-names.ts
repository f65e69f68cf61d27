/**
 * Names that people know ports by, for tables and pages. Not a claim about what was spoken there.
 *
 * Source: IANA, Service Name and Transport Protocol Port Number Registry; IANA, ICMP Type Numbers; for ports that are known by
 * a product rather than a registration, the product's default.
 * @module
 */
import { PROTO } from '../../core/packet-batch.ts';

const TCP: Readonly<Record<number, string>> = {
  7: 'echo', 9: 'discard', 13: 'daytime', 19: 'chargen', 20: 'ftp-data', 21: 'ftp', 22: 'ssh', 23: 'telnet', 25: 'smtp', 37: 'time', 43: 'whois', 49: 'tacacs', 53: 'dns', 79: 'finger',
  80: 'http', 81: 'http (cameras)', 88: 'kerberos', 102: 's7 / iso-tsap', 110: 'pop3', 111: 'sunrpc', 113: 'ident', 119: 'nntp', 135: 'msrpc', 139: 'netbios-ssn', 143: 'imap', 161: 'snmp',
  179: 'bgp', 264: 'checkpoint', 389: 'ldap', 443: 'https', 444: 'snpp', 445: 'smb', 465: 'smtps', 500: 'isakmp', 502: 'modbus', 513: 'rlogin', 514: 'rsh', 515: 'lpd', 548: 'afp', 554: 'rtsp',
  587: 'submission', 623: 'ipmi', 631: 'ipp', 636: 'ldaps', 789: 'red lion', 853: 'dns over tls', 873: 'rsync', 902: 'vmware', 990: 'ftps', 993: 'imaps', 995: 'pop3s', 1023: 'telnet (alternate)',
  1080: 'socks', 1099: 'java rmi', 1194: 'openvpn', 1433: 'ms-sql', 1434: 'ms-sql monitor', 1521: 'oracle', 1723: 'pptp', 1883: 'mqtt', 1911: 'niagara fox', 1962: 'pcworx', 2000: 'sccp', 2049: 'nfs',
  2082: 'cpanel', 2083: 'cpanel', 2181: 'zookeeper', 2222: 'ssh (alternate)', 2323: 'telnet (alternate)', 2375: 'docker', 2376: 'docker tls', 2379: 'etcd', 2404: 'iec 104', 3000: 'http (alternate)',
  3128: 'squid', 3260: 'iscsi', 3306: 'mysql', 3389: 'rdp', 4369: 'epmd', 4443: 'https (alternate)', 4444: 'metasploit', 4567: 'tram', 4786: 'cisco smart install', 4840: 'opc ua', 4899: 'radmin',
  5000: 'upnp', 5038: 'asterisk', 5060: 'sip', 5061: 'sips', 5222: 'xmpp', 5358: 'wsdapi', 5432: 'postgresql', 5555: 'adb', 5601: 'kibana', 5672: 'amqp', 5900: 'vnc', 5901: 'vnc', 5984: 'couchdb',
  5985: 'winrm', 5986: 'winrm tls', 6000: 'x11', 6379: 'redis', 6443: 'kubernetes', 6667: 'irc', 7001: 'weblogic', 7070: 'realserver', 7547: 'cwmp', 8000: 'http (alternate)', 8008: 'http (alternate)',
  8009: 'ajp', 8080: 'http (alternate)', 8081: 'http (alternate)', 8083: 'http (alternate)', 8086: 'influxdb', 8088: 'http (alternate)', 8089: 'splunk', 8090: 'http (alternate)', 8123: 'clickhouse',
  8291: 'winbox', 8443: 'https (alternate)', 8500: 'consul', 8545: 'ethereum', 8728: 'routeros api', 8834: 'nessus', 8888: 'http (alternate)', 9000: 'http (alternate)', 9001: 'tor', 9042: 'cassandra',
  9090: 'prometheus', 9092: 'kafka', 9100: 'jetdirect', 9200: 'elasticsearch', 9300: 'elasticsearch', 9418: 'git', 9443: 'https (alternate)', 9530: 'xiongmai', 9600: 'omron fins', 9999: 'abyss',
  10000: 'webmin', 10250: 'kubelet', 11211: 'memcached', 11434: 'ollama', 15672: 'rabbitmq', 20000: 'dnp3', 23231: 'telnet (alternate)', 25565: 'minecraft', 26: 'telnet (alternate)', 27017: 'mongodb',
  32400: 'plex', 34567: 'xiongmai', 37215: 'huawei upnp', 44818: 'ethernet/ip', 47808: 'bacnet', 50000: 'sap', 50070: 'hdfs', 52869: 'realtek upnp', 60001: 'jaws',
};
const UDP: Readonly<Record<number, string>> = {
  7: 'echo', 17: 'qotd', 19: 'chargen', 53: 'dns', 67: 'dhcp', 68: 'dhcp', 69: 'tftp', 111: 'sunrpc', 123: 'ntp', 137: 'netbios-ns', 138: 'netbios-dgm', 161: 'snmp', 162: 'snmp trap', 177: 'xdmcp',
  389: 'cldap', 427: 'slp', 443: 'quic', 500: 'isakmp', 514: 'syslog', 520: 'rip', 623: 'ipmi', 1194: 'openvpn', 1434: 'ms-sql monitor', 1604: 'citrix', 1645: 'radius', 1701: 'l2tp', 1812: 'radius',
  1900: 'ssdp', 2123: 'gtp', 2152: 'gtp-u', 3283: 'apple remote desktop', 3389: 'rdp', 3478: 'stun', 3702: 'ws-discovery', 4500: 'ipsec nat-t', 5060: 'sip', 5093: 'sentinel', 5351: 'nat-pmp', 5353: 'mdns',
  5683: 'coap', 6881: 'bittorrent', 10001: 'ubiquiti', 11211: 'memcached', 17185: 'vxworks debug', 19132: 'minecraft', 27015: 'steam', 30718: 'lantronix', 33434: 'traceroute', 33848: 'jenkins',
  37020: 'sadp', 37810: 'dhdiscover', 47808: 'bacnet', 51820: 'wireguard', 53413: 'netis',
};
const ICMP: Readonly<Record<number, string>> = {
  0: 'echo reply', 3: 'unreachable', 4: 'source quench', 5: 'redirect', 8: 'echo', 11: 'time exceeded', 12: 'parameter problem', 13: 'timestamp', 14: 'timestamp reply',
};
const ICMP6: Readonly<Record<number, string>> = {
  1: 'unreachable', 2: 'packet too big', 3: 'time exceeded', 4: 'parameter problem', 128: 'echo', 129: 'echo reply', 133: 'router solicitation', 134: 'router advertisement',
  135: 'neighbour solicitation', 136: 'neighbour advertisement',
};

/** Name of a port key (proto × 65,536 + port); '' when it has none. */
export function serviceName(key: number): string {
  const proto = Math.floor(key / 65_536), port = key % 65_536;
  const table = proto === PROTO.tcp ? TCP : proto === PROTO.udp ? UDP : proto === PROTO.icmp ? ICMP : proto === PROTO.icmp6 ? ICMP6 : {};
  return table[port] ?? '';
}
